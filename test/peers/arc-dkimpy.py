# Seals and validates ARC with dkimpy (Debian: python3-dkim): a JSON object a line in, a JSON object a line out.
# First line: {NAME: TXT}. Then {"verify": FILE} -> {"result"}, or {"seal": FILE, "out": FILE, "key": TEXT, "selector",
# "domain", "id"} -> {}; what is claimed are the Authentication-Results of that id.
import json
import sys
import dkim

records = {name: text.encode() for name, text in json.loads(sys.stdin.readline()).items()}


def lookup(name, timeout=5):
    return records.get(name.decode().rstrip('.'))


def read(path):
    with open(path, 'rb') as file:
        return file.read()


def verify(path):
    status, _, reason = dkim.arc_verify(read(path), dnsfunc=lookup)
    return {'result': status.decode(), 'reason': str(reason)}


def seal(job):
    message = read(job['seal'])
    fields = dkim.arc_sign(
        message,
        job['selector'].encode(),
        job['domain'].encode(),
        job['key'].encode(),
        job['id'].encode(),
        linesep=b'\r\n',
    )
    with open(job['out'], 'wb') as file:
        file.write(b''.join(fields) + message)
    return {}


print('ready', flush=True)
for line in sys.stdin:
    job = json.loads(line)
    try:
        answer = verify(job['verify']) if 'verify' in job else seal(job)
    except Exception as error:  # whatever it stumbles over is an answer
        answer = {'error': repr(error)}
    print(json.dumps(answer), flush=True)
