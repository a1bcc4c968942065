/** Reasons and warnings of DKIM, and what DomainKeys has besides. */
import type { AdviceTable } from './advice.ts';

const NOT_OURS = 'On mail of your own, report the message. Otherwise treat it as unsigned.';

export const DKIM_ADVICE: AdviceTable = {
  'signature-valid': { remedy: 'Nothing.' },
  'body-hash-mismatch': {
    causes:
      'A mailing list added a footer, a gateway a disclaimer or a banner, a virus scanner rewrote links, or a relay re-encoded 8-bit text. Or something signed before a filter that changes mail.',
    remedy:
      'Run dktool verify --explain, which often names the change. On your own mail, sign last, after every filter, and encode bodies in quoted-printable or base64 before signing.',
  },
  'signature-mismatch': {
    causes:
      'A list tagged the Subject, a relay rewrote or folded a signed field, or the selector was reused for a new key while old mail was in transit.',
    remedy:
      'Run dktool verify --explain. Compare key and record: dktool dns-record DOMAIN -k FILE --check. Sign with relaxed/relaxed, and give every new key a new selector.',
  },
  'weak-algorithm': {
    causes: 'An old signer, or one configured for rsa-sha1.',
    remedy: 'Have the signer use rsa-sha256. In an archive, verify with --legacy.',
  },
  'weak-key': {
    causes: 'A key of 384, 512 or 768 bits, as was common before 2012.',
    remedy: 'Make a new key of 2,048 bits (dktool keygen, dktool rotate). In an archive, verify with --legacy.',
  },
  'key-near-limit': {
    causes: 'A key of 1,024 bits, often because a web panel takes only 255 characters.',
    remedy: 'Plan a key of 2,048 bits; dktool dns-record prints its record in strings of 255 octets.',
  },
  'body-partly-signed': {
    causes: 'The signer writes l=, usually an old default or an attempt to survive list footers.',
    remedy:
      'Remove l= from the configuration of the signer (BodyLengthLimit of OpenDKIM). Do not trust what follows the signed part.',
  },
  'from-added': {
    causes: 'A forgery that puts a second From above the signed one, or a broken mail program.',
    remedy:
      'Reject it or treat it as unsigned. On your own mail, send one From and sign it twice in h= (dktool sign does).',
  },
  'unsigned-duplicate': {
    causes: 'A relay or list added its own field, or someone is changing what readers see.',
    remedy: 'Find out who added the field. Oversign such fields: dktool sign does by default.',
  },
  'header-line-malformed': {
    causes: 'A script that writes mail with wrong line ends, or an attempt to hide a field.',
    remedy: 'Correct the program that wrote the message. Do not trust the fields near the line.',
  },
  'timestamp-in-future': {
    causes: 'The clock of the signer or of this host is wrong.',
    remedy: 'Check both against NTP.',
  },
  'not-author-domain': {
    causes: 'A list or mail provider signed with its own domain.',
    remedy: 'Nothing, unless you need a signature of the author: have the provider sign with your domain.',
  },
  'header-over-limit': {
    causes: 'A mail loop that added thousands of Received fields, or an attack.',
    remedy: 'Look at the message by hand; do not deliver it automatically.',
  },
  'too-many-signatures': {
    causes: 'A loop through a signing relay, or an attack.',
    remedy: 'Look for the relay that signs again and again.',
  },
  'too-many-signed-fields': { causes: 'A broken signer or an attack.', remedy: NOT_OURS },
  'key-oversized': {
    causes: 'A key of 16,384 bits or more, which costs verifiers too much.',
    remedy: 'Use RSA with 2,048 to 4,096 bits, or Ed25519.',
  },
  'key-unavailable': {
    causes:
      'The name servers of the domain, this resolver or the network are down; a firewall drops large answers or TCP; DNSSEC validation fails.',
    remedy:
      'Try again later. dktool verify --trace shows the queries; dktool dns-record DOMAIN -s SELECTOR -k FILE --all-ns checks every name server.',
  },
  'signature-syntax': {
    causes: 'A broken signer, or a relay that truncated or rewrote the field.',
    remedy: 'Compare the field with a copy from the signer. On mail of others, treat it as unsigned.',
  },
  'signature-version': { causes: 'A broken or experimental signer.', remedy: NOT_OURS },
  'tag-missing': { causes: 'A broken signer, or a field that was truncated.', remedy: NOT_OURS },
  'algorithm-unknown': {
    causes: 'A signer newer than this program, or a broken one.',
    remedy: 'Use rsa-sha256 or ed25519-sha256.',
  },
  'canonicalization-unknown': {
    causes: 'A broken signer, or nofws of DomainKeys in a DKIM signature.',
    remedy: 'Use relaxed/relaxed.',
  },
  'query-method-unknown': { causes: 'A broken signer.', remedy: 'Leave q= out, or write q=dns/txt.' },
  'from-not-signed': {
    causes: 'The signer is configured with a list of fields that lacks From, or the message has none.',
    remedy: 'Add From to the list of signed fields.',
  },
  'identity-outside-domain': {
    causes: 'The signer was given an address of another domain as i=.',
    remedy: 'Use an identity within d=, or leave i= out.',
  },
  'identity-not-domain': {
    causes: 'Mail of a subdomain is signed with a key published with t=s.',
    remedy: 'Publish the record without t=s, or sign with i= in d= itself.',
  },
  'signature-expired': {
    causes: 'The message waited in a queue or is older than its x=.',
    remedy:
      'For saved mail, verify with --now and the time of arrival. When signing, give at least 7 days (--expire 7d).',
  },
  'expires-before-signed': { causes: 'A broken signer or a wrong clock.', remedy: NOT_OURS },
  'body-shorter-than-signed': {
    causes: 'The message was truncated, or a filter removed a part or blank lines.',
    remedy: 'Look for size limits and filters on the way. When signing, do not write l=.',
  },
  'key-not-found': {
    causes:
      'The record was never published, is at the wrong name (often with the domain twice), was removed while mail was in transit, or the selector is misspelt.',
    remedy:
      'Check it: dktool dns-record DOMAIN -s SELECTOR -k FILE --check. Keep old records for a week or more after the last signature.',
  },
  'key-syntax': {
    causes: 'Quotes, backslashes or line breaks of a zone file were pasted into a web panel, or semicolons were lost.',
    remedy: 'Publish what dktool dns-record --format raw prints; then run it with --check.',
  },
  'key-invalid': {
    causes: 'The record was cut at 255 characters, or a wrong key format was published.',
    remedy: 'Publish the record again as dktool dns-record prints it.',
  },
  'key-revoked': {
    causes: 'The key was rotated out or compromised.',
    remedy:
      'Treat the message as unsigned. If the domain is yours, find the host that still signs with the old selector.',
  },
  'key-disclosed': {
    causes: 'The domain publishes old private keys, or the key leaked: anyone could have signed the message.',
    remedy: 'Rely on the signature only if you know that the message was received before the disclosure.',
  },
  'key-retired': {
    causes: 'The domain rotated its keys since.',
    remedy: 'Nothing: the keyring shows that the key was published at the time.',
  },
  'key-type-mismatch': {
    causes: 'An Ed25519 record under the selector of an RSA key, or the reverse.',
    remedy: 'Give each key its own selector, and publish k= as dktool dns-record prints it.',
  },
  'key-hash-not-allowed': {
    causes: 'The record has h=sha1 or h=sha256 and the signer uses the other one.',
    remedy: 'Publish the record without h=, or sign with sha256.',
  },
  'key-not-for-email': { causes: 'A record with another service in s=.', remedy: 'Publish it without s=.' },
  'several-key-records': {
    causes: 'A new record was added beside the old one instead of replacing it.',
    remedy: 'Delete all but one record. Use a new selector for each key.',
  },
  testing: {
    causes: 'The record was published with t=y and never changed.',
    remedy: 'Once mail verifies, publish the record without t=y.',
  },
  'subject-not-signed': {
    causes: 'A list of signed fields without Subject.',
    remedy: 'Sign the usual fields (the default of dktool sign).',
  },
};

export const DOMAINKEYS_ADVICE: AdviceTable = {
  'granularity-mismatch': {
    causes: 'The key record has g= for one address, and another one sent.',
    remedy: 'Publish the key without g=.',
  },
  'not-selected': { remedy: 'Nothing: the signature above decides.' },
  'sending-address-invalid': {
    causes: 'A broken mail program, or a message without From.',
    remedy: 'Correct From and Sender of the message.',
  },
  'domain-mismatch': {
    causes: 'A host signs mail of domains other than its own.',
    remedy: 'Sign with the domain of Sender, else of From.',
  },
  historic: { remedy: 'Sign with DKIM (dktool sign), and stop signing with DomainKeys when you can.' },
  'sender-not-signed': { causes: 'A list added Sender.', remedy: 'Nothing: DKIM is not affected.' },
  'top-level-domain': { causes: 'A broken signer or an attack.', remedy: NOT_OURS },
  'granularity-wildcard': { causes: 'A record written for DKIM.', remedy: 'Publish the key without g=.' },
  'header-order': { causes: 'A relay moved header fields.', remedy: 'Nothing: the signature is valid.' },
};
