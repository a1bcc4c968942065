# Reads Authentication-Results with Python's email package (Debian: python3) and, where it is there, authres (python3-authres).
# First line of the input: our own authserv-ids, as a JSON list. Then a path a line; out comes a JSON object a line: by reader,
# the values of the fields whose id it takes for ours.
import email
import email.policy
import json
import sys

try:
    import authres
except ImportError:
    authres = None

own = [name.casefold() for name in json.loads(sys.stdin.readline())]


def plain_id(value):
    words = str(value).split(';')[0].split()
    return words[0] if words else ''


def authres_id(value):
    return authres.AuthenticationResultsHeader.parse(f'Authentication-Results: {value}').authserv_id or ''


def taken(message, id_of):
    found = []
    for value in message.get_all('Authentication-Results', []):
        try:
            name = id_of(value)
        except Exception:
            continue
        if name.casefold() in own:
            found.append(str(value))
    return found


print('ready')
for line in sys.stdin:
    with open(line.rstrip('\n'), 'rb') as file:
        octets = file.read()
    old = email.message_from_bytes(octets)
    new = email.message_from_bytes(octets, policy=email.policy.default)
    answer = {'email': taken(old, plain_id), 'email.policy.default': taken(new, plain_id)}
    if authres is not None:
        answer['authres'] = taken(old, authres_id)
    print(json.dumps(answer))
