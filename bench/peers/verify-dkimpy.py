# verify-dkimpy.py PORT < message: dkimpy, asking the name server on that port of loopback
import sys
import dkim
import dns.resolver

dns.resolver.default_resolver = dns.resolver.Resolver(configure=False)
dns.resolver.default_resolver.nameservers = ["127.0.0.1"]
dns.resolver.default_resolver.port = int(sys.argv[1])
sys.exit(0 if dkim.verify(sys.stdin.buffer.read()) else 1)
