# verify-dkimpy.py RECORD < message: dkimpy with the key at hand, since its own command asks only the system's name servers
import sys
import dkim

record = open(sys.argv[1], "rb").read()
sys.exit(0 if dkim.verify(sys.stdin.buffer.read(), dnsfunc=lambda name, **_: record) else 1)
