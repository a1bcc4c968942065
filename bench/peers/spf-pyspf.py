# spf-pyspf.py ZONE < SESSIONS: checks with pyspf (Debian: python3-spf), one after the other. ZONE: zone JSON; SESSIONS: lines of
# IP HELO SENDER. Prints a result word for each.
import json
import sys

import spf

zone = json.load(open(sys.argv[1]))


def lookup(name, qtype, strict=True, timeout=20):
    records = zone.get(str(name).rstrip('.').lower(), {}).get(qtype, [])
    if qtype == 'TXT':
        records = [[record.encode('latin1')] for record in records]
    if qtype == 'MX':
        records = [(record['preference'], record['exchange']) for record in records]
    return [((str(name), qtype), record) for record in records]


spf.DNSLookup = lookup
for line in sys.stdin:
    ip, helo, sender = line.split()
    print(spf.query(i=ip, s=sender, h=helo, receiver='mx.example').check()[0])
