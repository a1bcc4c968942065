# Answers SPF checks with pyspf (Debian: python3-spf): a JSON object a line in, a result word a line out.
# {"zone": {NAME: {TYPE: [...] or "TIMEOUT"}}, "ip": ..., "helo": ..., "sender": ...}
import json
import sys

import spf

zone = {}


def lookup(name, qtype, strict=True, timeout=20):
    records = zone.get(str(name).rstrip('.').lower(), {}).get(qtype, [])
    if records == 'TIMEOUT':
        raise spf.TempError('DNS timeout')
    data = {
        'TXT': lambda r: [r.encode('latin1')],
        'MX': lambda r: (r['preference'], r['exchange']),
    }.get(qtype, lambda r: r)
    return [((str(name), qtype), data(r)) for r in records]


spf.DNSLookup = lookup
print('ready', flush=True)
for line in sys.stdin:
    case = json.loads(line)
    zone = case['zone']
    try:
        result = spf.query(i=case['ip'], s=case['sender'], h=case['helo'], receiver='mx.example').check()[0]
    except Exception as error:
        result = 'crash: %r' % error
    print(result, flush=True)
