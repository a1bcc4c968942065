# Judges by libopendmarc (Debian: libopendmarc2): a JSON object a line in, pass, absent or the policy to enforce a line out.
# {"author": ..., "records": {NAME: TEXT}, "dkim": [[DOMAIN, RESULT], ...], "spf": [DOMAIN, RESULT, "mailfrom" or "helo"] or null}
# It follows RFC 7489: argv[1] is a list of public suffixes.
import ctypes
import json
import os
import sys

lib = ctypes.CDLL('libopendmarc.so.2')
lib.opendmarc_policy_connect_init.restype = ctypes.c_void_p


class Library(ctypes.Structure):
    _fields_ = [
        ('tld_type', ctypes.c_int),
        ('tld_source_file', ctypes.c_char * 4096),
        ('nscount', ctypes.c_int),
        ('nsaddr_list', ctypes.c_char * 48),
    ]


library = Library(tld_type=1, tld_source_file=sys.argv[1].encode())
assert lib.opendmarc_policy_library_init(ctypes.byref(library)) == 0
POLICIES = {14: 'absent', 15: 'pass', 16: 'reject', 17: 'quarantine', 18: 'none'}
OUTCOMES = {'none': 0, 'pass': 1, 'temperror': 3}


def judged(case):
    # Where one name has a record, the network is not asked for any.
    for name, text in {'_dmarc.unused.invalid': 'v=DMARC1', **case['records']}.items():
        lib.opendmarc_dns_fake_record(name.encode(), text.encode('latin1'))
    policy = ctypes.c_void_p(lib.opendmarc_policy_connect_init(b'192.0.2.1', 0))
    author = case['author'].encode()
    lib.opendmarc_policy_store_from_domain(policy, author)
    for domain, result in case['dkim']:
        lib.opendmarc_policy_store_dkim(policy, domain.encode(), b's', OUTCOMES.get(result, 2), b'')
    if case['spf'] is not None:
        domain, result, identity = case['spf']
        origin = 1 if identity == 'mailfrom' else 2
        lib.opendmarc_policy_store_spf(policy, domain.encode(), OUTCOMES.get(result, 2), origin, b'')
    lib.opendmarc_policy_query_dmarc(policy, author)
    return POLICIES.get(lib.opendmarc_get_policy_to_enforce(policy), 'error')


for line in sys.stdin:
    child = os.fork()
    if child == 0:  # the records of a case stay in the library
        print(judged(json.loads(line)), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
