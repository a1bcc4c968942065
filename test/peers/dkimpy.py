# Verifies and signs with dkimpy (Debian: python3-dkim): a JSON object a line in, a JSON object a line out.
# First line: {NAME: TXT}. Then {"verify": FILE} -> {SELECTOR: true, false or the reason why it could not be judged},
# or {"sign": FILE, "out": FILE, "key": TEXT, "selector", "domain", "header", "body", "algorithm"} -> {}.
import json
import sys
import dkim

records = {name: text.encode() for name, text in json.loads(sys.stdin.readline()).items()}


def lookup(name, timeout=5):
    return records.get(name.decode().rstrip('.'))


def selector_of(value):
    tags = dkim.parse_tag_value(value)
    return tags[b's'].decode()


def verify(path):
    with open(path, 'rb') as file:
        message = file.read()
    results = {}
    fields = [value for name, value in dkim.DKIM(message).headers if name.lower() == b'dkim-signature']
    for index, value in enumerate(fields):
        try:
            results[selector_of(value)] = dkim.DKIM(message).verify(idx=index, dnsfunc=lookup)
        except dkim.DKIMException as error:
            results[selector_of(value)] = str(error)
    return results


def sign(job):
    with open(job['sign'], 'rb') as file:
        message = file.read()
    signer = dkim.DKIM(
        message,
        signature_algorithm=job['algorithm'].encode(),
        linesep=b'\r\n' if b'\r\n' in message else b'\n',
    )
    field = signer.sign(
        job['selector'].encode(),
        job['domain'].encode(),
        job['key'].encode(),
        canonicalize=(job['header'].encode(), job['body'].encode()),
    )
    with open(job['out'], 'wb') as file:
        file.write(field + message)
    return {}


print('ready', flush=True)
for line in sys.stdin:
    job = json.loads(line)
    try:
        answer = verify(job['verify']) if 'verify' in job else sign(job)
    except Exception as error:  # whatever it stumbles over is an answer
        answer = {'error': repr(error)}
    print(json.dumps(answer), flush=True)
