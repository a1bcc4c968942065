/** `dktool help TOPIC`: what concerns several commands, a screen each. */
import { ARC_REASONS } from '../../lib/arc/verdict.ts';
import { DMARC_REASONS } from '../../lib/dmarc/evaluate.ts';
import { SPF_REASONS } from '../../lib/spf/verdict.ts';
import { DKIM_REASONS, DOMAINKEYS_REASONS } from '../../lib/verdict.ts';

/**
 * Paragraphs, command lines and items. A line with two blanks before it is a command line, or an item where two blanks or more
 * stand behind its first part.
 */
export const TOPICS: Readonly<Record<string, string>> = {
  'exit-status': `
The exit status of every command. In parentheses: with --exit-style sysexits, or DKTOOL_EXIT_STYLE=sysexits, for pipe(8)
of Postfix.

  0 (0)     success: done, verified, authorised, the record is right
  1 (65)    refused: the signature fails, SPF fails, check found errors
  2 (66)    nothing to check: unsigned, no record, SPF none or neutral
  100 (64)  wrong command line or message: usage, missing input, file exists
  111 (75)  try again later: DNS, disk full, key or configuration unusable

Of several inputs the worst counts: 0, 2, 1, 111, 100. A message written with --auth-results or --annotate gives 0
whatever the verdict, since delivery agents bounce on anything else; --exit-verdict exits by the verdict.

  dktool verify -q < msg.eml && echo good
  dktool sign --exit-style sysexits -k key.pem < msg.eml`,

  dns: `
Names are looked up at the servers of /etc/resolv.conf, with 5 seconds per query, 2 attempts per server and 30 seconds
for the whole run (check: 120). These options change that, and can be set once for all runs (man dktool-config).

  --nameserver IP[:PORT]  query this server (repeatable)
  --timeout SECONDS       timeout per query
  --tries N               attempts per server
  --deadline SECONDS      overall DNS time limit
  --tcp                   query over TCP only
  --trace                 print each query and its answer to stderr
  --zone FILE             answer from a file, offline: dktool help zones
  --key-record NAME=TEXT  verify: use this key record, offline

No answer is never taken for "no record": the result is temperror and the exit status 111.

  dktool verify --nameserver 192.0.2.53 --timeout 2 --trace msg.eml`,

  formats: `
--format of dns-record and rotate, --record-format of keygen:
  bind             master file line, for BIND, NSD, Knot, PowerDNS (default)
  raw, json        the text alone, for web panels; one object, for programs
  tinydns          tinydns-data line; tinydns-generic with strings of 255 octets
  nsupdate         commands of nsupdate(1) and knsupdate(1)
  route53          change batch of the AWS command line
  cloudflare       body of an API request
  terraform        aws_route53_record; also: dnscontrol, octodns

--format of keygen, for the key file:
  pkcs8, pkcs1     PEM; as DER with -der behind them
  seed, rspamd     Ed25519 as dkimpy and OpenDKIM, or as rspamd read it
  spki             public key only, with --convert; spki-der

--format of check: text, json, nagios, prometheus. Keys are read in all of these formats, whatever their name.`,

  zones: `
--zone FILE answers every DNS query from a file: no network, repeatable results. The format is recognised:
  master file    as BIND, keygen and dns-record write it; no SOA or $TTL needed
  tinydns-data   the data file of tinydns
  JSON           {"s._domainkey.example.com": {"TXT": ["v=DKIM1; p=..."]}}

A JSON value may also be "TIMEOUT", "SERVFAIL" or "NXDOMAIN". Relative names need $ORIGIN in the file or
--zone ORIGIN=FILE. The option can be repeated. A name in none of the files does not exist.

  dktool keygen example.com -s 2026a > 2026a.zone
  dktool sign -d example.com -k 2026a < msg.eml > signed.eml
  dktool verify --zone 2026a.zone signed.eml
  dktool verify --zone example.com=db.example.com signed.eml

Details: man dktool, ZONE FILES.`,

  json: `
--json prints one object per line and input, in the order of the inputs. Fields are only ever added; null means unknown.
  verify       file, result, from, dkim.signatures[]: result, reason, detail ...
  spf-check    result, identity, domain, ip, mechanism, trace[]
  dmarc-check  domain, policy ...; of a message result, reason ...
  check        domain, result, findings[]: severity, code, subject, remedy
  config       name, value, source, lines
  explain      code, kind, result, meaning, causes, remedy, manual

An input that cannot be read gives {"file", "error": {"code", "kind", "detail"}}. dns-record --json, adsp-check,
rotate --status and spf-check --lint have objects too; the section JSON of each manual page describes them.

  dktool verify --json *.eml | jq -r 'select(.result != "pass") | .file'
  dktool check --json | jq -r '.findings[] | .code' | xargs dktool explain`,

  cron: `
check and rotate print nothing if all is well, so cron sends mail only when a person is needed.

  dktool check --control /var/qmail/control --patience 3
  dktool check --config /etc/opendkim.conf --changed
  dktool rotate -k '/etc/domainkeys/%/default' --max-age 90 --publish CMD

  --patience N       report DNS trouble only after N runs in a row
  --changed          report only what changed since the last run
  --ignore CODE      drop a finding; DOMAIN:CODE for one domain
  --max-age DAYS     warn of older keys; rotate replaces them
  --format nagios    one line and the exit status of a Nagios plugin
  --format prometheus  metrics for the textfile collector (with -o FILE)

In a crontab, % must be written as \\%, and PATH must include the directory of dktool. Run rotate once an hour: each run
does what can be done and remembers the rest.`,

  qmail: `
dktool-remote signs in place of qmail-remote; dktool-queue verifies as QMAILQUEUE. Install both, as root, with
contrib/qmail/install of the package: --check reports problems, --undo restores qmail's programs.

  control/dksign       path of the key, such as /etc/domainkeys/%/default
  DKSIGN               the same, from the environment
  DKVERIFY             verify; its letters say what is refused
  DKTOOL_SPF=1         check SPF too
  DKTOOL_SIGN_SENDER   match (default) or any: which envelope senders are signed
  DKTOOL_DOMAINKEYS=0  no DomainKeys signatures

Faults of this host never bounce mail: it is delivered or waits. In the run script of qmail-smtpd:

  QMAILQUEUE=/var/qmail/bin/dktool-queue DKVERIFY=
  export QMAILQUEUE DKVERIFY

The programs read /etc/dktool.conf, not the file of a user. Everything else: dktool help qmail --man`,

  reasons: `
dktool explain CODE says what a code means, its usual causes, and what to do.

DKIM: ${codes(DKIM_REASONS)}.

DomainKeys, besides those: ${codes(DOMAINKEYS_REASONS, DKIM_REASONS)}.

DMARC: ${codes(DMARC_REASONS)}.

ARC: ${codes(ARC_REASONS)}.

SPF: ${codes(SPF_REASONS)}.

Findings, errors and kinds of changes: dktool explain`,
};

function codes(registry: object, except: object = {}): string {
  return Object.keys(registry)
    .filter((code) => !Object.hasOwn(except, code))
    .join(', ');
}
