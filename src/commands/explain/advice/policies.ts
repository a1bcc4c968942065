/** DMARC, ARC and SPF: reasons, notes and findings. */
import type { AdviceTable } from './advice.ts';

const DNS_TROUBLE = {
  causes: 'Name servers, the resolver or the network are down, or DNSSEC validation fails.',
  remedy: 'Try again later; --trace shows the queries.',
};

export const DMARC_ADVICE: AdviceTable = {
  aligned: { remedy: 'Nothing.' },
  'not-aligned': {
    causes: 'A provider signs with its own domain and uses its own bounce address, or a list changed the message.',
    remedy: 'Have every service that sends for you sign with your domain; publish the key it gives you.',
  },
  'not-authenticated': {
    causes: 'A forgery; mail sent past your signing host; forwarding, which breaks SPF, of mail that is not signed.',
    remedy: 'On your own mail, find the host in the Received fields and have it sign.',
  },
  'no-record': {
    causes: 'The domain does not use DMARC.',
    remedy: "If it is yours: dktool dns-record DOMAIN --dmarc 'p=none; rua=mailto:...'",
  },
  'policy-unavailable': DNS_TROUBLE,
  'alignment-unavailable': DNS_TROUBLE,
  'authentication-unavailable': DNS_TROUBLE,
  'record-invalid': {
    causes: 'A typing error in p=, and no rua=.',
    remedy: 'dktool dmarc-check --lint DOMAIN shows the mistake.',
  },
  'from-missing': { causes: 'A broken program.', remedy: 'Add a From field; refuse such mail from outside.' },
  'from-unreadable': {
    causes: 'A broken program, or an attempt to evade DMARC.',
    remedy: 'Refuse such mail from outside.',
  },
  'several-from-fields': { causes: 'A forgery or a broken program.', remedy: 'Refuse such mail from outside.' },
  'several-author-domains': {
    causes: 'Several authors, which is rare, or an attempt to evade DMARC.',
    remedy: 'Send with one address in From.',
  },

  several: { causes: 'A record was added instead of changed.', remedy: 'Delete all but one.' },
  'not-dmarc': {
    causes: 'A blank, a quote or another case before or in v=DMARC1.',
    remedy: 'Begin the record with exactly v=DMARC1;',
  },
  'name-wrong': {
    causes: 'The panel appends the domain itself, or _dmarc was left out.',
    remedy: 'Publish it at _dmarc.DOMAIN.',
  },
  'quotes-in-record': {
    causes: 'A line of a zone file was pasted into a web panel.',
    remedy: 'Paste the text without quotes: dktool dns-record --format raw.',
  },
  'smart-quotes-in-record': {
    causes: 'The text went through a word processor.',
    remedy: 'Type the record again as plain text.',
  },
  'backslashes-in-record': {
    causes: 'Semicolons were escaped for a zone file and pasted into a web panel.',
    remedy: 'Publish the text without backslashes.',
  },
  'commas-in-record': {
    causes: 'A typing error.',
    remedy: 'Separate tags with semicolons; commas only separate report addresses.',
  },
  'syntax-error': { causes: 'A typing error.', remedy: 'Correct the tag that the finding names.' },
  'duplicate-tag': { causes: 'Two records were merged.', remedy: 'Keep one of the two.' },
  'unknown-tag': {
    causes: 'A typing error, or a tag of another kind of record.',
    remedy: 'Correct or remove the tag.',
  },
  'historic-tag': {
    causes: 'A record written for RFC 7489: pct=, rf= and ri= are gone.',
    remedy: 'Remove the tag; t=y takes the place of pct=0.',
  },
  'bad-value': { causes: 'A typing error, such as p=quarantined.', remedy: 'Use a value that the finding lists.' },
  'no-policy': {
    causes: 'p= was forgotten or misspelt.',
    remedy: 'Add p=none, p=quarantine or p=reject directly after v=.',
  },
  'policy-not-first': { causes: 'Tags in another order.', remedy: 'Move p= directly after v=DMARC1.' },
  'bad-report-uri': {
    causes: 'mailto: is missing, or the address has a typing error.',
    remedy: 'Write rua=mailto:user@domain.',
  },
  'report-uri-not-mailto': { causes: 'An http: address of an old draft.', remedy: 'Use a mailto: address.' },
  'report-size-limit': { causes: 'A limit such as !10m behind the address.', remedy: 'Remove it.' },
  'report-unauthorized': {
    causes: 'A report service has not published its consent, or the address is misspelt.',
    remedy: 'Ask the other domain to publish v=DMARC1 at DOMAIN._report._dmarc.ITS-DOMAIN.',
  },
  'fo-without-ruf': { remedy: 'Remove fo=, or add ruf=.' },
  'test-mode': { causes: 'A test that was never ended.', remedy: 'Remove t=y once reports look right.' },
  'weaker-subdomains': {
    causes: 'sp= or np= was left at none.',
    remedy: 'Set it to p=, unless subdomains send mail that does not authenticate.',
  },
  'answer-too-long': { causes: 'Many records or long report lists at the name.', remedy: 'Shorten the record.' },
  'suffix-failure-reports': { remedy: 'Remove ruf=: failure reports would expose the mail of other domains.' },
  missing: {
    causes: 'Nothing was published, or at another name.',
    remedy: "dktool dns-record DOMAIN --dmarc 'p=none; rua=mailto:...' prints a record to start with.",
  },
  'no-answer': DNS_TROUBLE,
  'no-enforcement': {
    causes: 'The domain is collecting reports.',
    remedy: 'When they show that your own mail passes, go on to p=quarantine, then p=reject.',
  },
  'no-reports': { remedy: 'Add rua=mailto:... to see who sends as your domain.' },
  'subdomains-inherit': { remedy: 'Nothing, if p= suits subdomains too.' },
  'public-suffix': { remedy: 'Remove psd=y unless you run a public suffix.' },
  'older-receivers': { remedy: 'Publish a record at the organizational domain too.' },
};

export const ARC_ADVICE: AdviceTable = {
  'no-chain': { remedy: 'Nothing: most mail has none.' },
  'chain-valid': { remedy: 'Whether to believe the results depends on whether you trust the sealers shown.' },
  'header-over-limit': { causes: 'A mail loop or an attack.', remedy: 'Look at the message by hand.' },
  'chain-over-limit': { causes: 'A mail loop or an attack.', remedy: 'Look at the message by hand.' },
  'too-many-sets': { causes: 'A mail loop through a sealing host.', remedy: 'Find the loop in the Received fields.' },
  'instance-invalid': {
    causes: 'A broken sealer, or a field that was truncated.',
    remedy: 'Treat the message as having no chain.',
  },
  'chain-failed-before': {
    causes: 'A host before the last one changed the message without sealing it.',
    remedy: 'Treat the message as having no chain.',
  },
  'set-incomplete': {
    causes: 'A filter removed ARC fields.',
    remedy: 'Let filters keep all ARC fields or remove all of them.',
  },
  'instance-missing': {
    causes: 'A filter removed ARC fields.',
    remedy: 'Let filters keep all ARC fields or remove all of them.',
  },
  'chain-status-wrong': { causes: 'A broken sealer.', remedy: 'Treat the message as having no chain.' },
  'message-signature-invalid': {
    causes: 'The message was changed after the last sealer, often by a filter of your own.',
    remedy: 'Validate ARC before filters change mail.',
  },
  'seal-invalid': {
    causes: 'An ARC field was rewritten, or the key of a sealer is gone.',
    remedy: 'Treat the message as having no chain.',
  },
  'signed-fields-forbidden': { causes: 'A broken sealer.', remedy: 'Treat the message as having no chain.' },
  'field-missing': {
    causes: 'A filter removed ARC fields.',
    remedy: 'Let filters keep all ARC fields or remove all of them.',
  },
  'not-checked': { remedy: 'See the reason of the chain.' },
};

export const SPF_ADVICE: AdviceTable = {
  'mechanism-matched': { remedy: 'Nothing if it passes. If your own host fails, add its address to the record.' },
  'default-result': { causes: 'The record has no all.', remedy: 'End the record with ~all or -all.' },
  'malformed-domain': {
    causes: 'A HELO name or sender that is not a domain: one label, an address, an empty sender.',
    remedy: 'Give your hosts full names in HELO.',
  },
  'name-not-found': {
    causes: 'A forged or misspelt sender.',
    remedy: 'Many hosts refuse senders whose domain does not exist.',
  },
  'no-record': {
    causes: 'The domain does not use SPF, or published the record elsewhere.',
    remedy: "If it is yours: dktool dns-record DOMAIN --spf 'v=spf1 mx -all'",
  },
  'multiple-records': {
    causes: 'A record of a provider was added beside one that was there already.',
    remedy: 'Merge them: one v=spf1, all terms, one all at the end.',
  },
  'syntax-error': {
    causes: 'A typing error: a comma, a blank after a colon, include= for include:.',
    remedy: 'dktool spf-check --lint DOMAIN shows the place.',
  },
  'include-without-record': {
    causes: 'A provider was left or renamed its record.',
    remedy: 'Remove the include, or use the name that the provider gives today.',
  },
  'redirect-without-record': {
    causes: 'The target has no SPF record any more.',
    remedy: 'Correct or remove redirect=.',
  },
  'too-many-lookups': {
    causes: 'Too many providers, each with nested includes.',
    remedy:
      'dktool spf-check --lint DOMAIN shows what each branch costs. Remove unused includes, replace a and mx by ip4: and ip6:, give services subdomains of their own.',
  },
  'too-many-void-lookups': {
    causes: 'Terms with names that no longer exist.',
    remedy: 'Remove them: dktool spf-check --lint DOMAIN lists them.',
  },
  'too-many-mx-names': {
    causes: 'mx for a domain with more than 10 mail hosts.',
    remedy: 'List their networks with ip4: and ip6:.',
  },
  'dns-error': DNS_TROUBLE,
  'client-not-public': {
    causes: 'Mail came through a relay of your own.',
    remedy: 'Name your relays with --trusted, or as the setting trusted.',
  },
  'own-client': { remedy: 'Do not check SPF for clients that may relay.' },
  submission: { remedy: 'Do not check SPF for authenticated clients.' },
  'helo-literal': { causes: 'A mail program rather than a server.', remedy: 'Nothing.' },
  'several-records': { remedy: 'Merge them into one record.' },
  'ptr-used': { causes: 'An old recipe.', remedy: 'Use ip4:, ip6: or a.' },
  'allows-all': { causes: '+all, or all without a qualifier.', remedy: 'End the record with ~all or -all.' },
  'limit-for-others': {
    causes: 'The policy is over the limit of 10 terms, behind the term that matched here.',
    remedy: 'Shorten it: other hosts of yours get a permerror.',
  },
  'local-policy': { remedy: 'Nothing: your own rules decided.' },
  'endless-include': { causes: 'Two domains include each other.', remedy: 'Remove one of the two.' },
  'policy-too-large': {
    causes: 'Nested includes of many providers, or a mistake.',
    remedy: 'Remove what is not used.',
  },
  'allows-much': {
    causes: 'A short prefix length, often a typing error, or a whole cloud.',
    remedy: 'List the hosts that send, not the network of the provider.',
  },
  'unknown-modifier': { causes: '= where : belongs, as in include=example.com.', remedy: 'Write include:example.com.' },
  'many-lookups': { causes: 'Many providers.', remedy: 'Shorten the policy before the next one is added.' },
  'void-lookup': { causes: 'A host that was removed from DNS.', remedy: 'Remove the term.' },
  'record-too-long': { causes: 'Many terms.', remedy: 'Move terms into a record of their own and include it.' },
  'answer-too-long': {
    causes: 'Many TXT records at the name, such as proofs of ownership.',
    remedy: 'Delete proofs that are no longer needed.',
  },
  'unreachable-term': {
    causes: 'Terms were appended after all.',
    remedy: 'Move all to the end; remove redirect= beside it.',
  },
  'no-default': { causes: 'all was forgotten.', remedy: 'End the record with ~all or -all.' },
  'neutral-default': { causes: '?all, from a time of testing.', remedy: 'Change it to ~all or -all.' },
  'network-not-public': {
    causes: 'An address of the internal network.',
    remedy: 'Use the address with which mail leaves your network.',
  },
  'duplicate-term': { causes: 'Records were merged.', remedy: 'Remove one of the two.' },
  'overlapping-network': { causes: 'Records were merged.', remedy: 'Remove the smaller network.' },
  'host-bits-set': {
    causes: 'A host address was written with the prefix length of its network.',
    remedy: 'Write the first address of the network, or only the host.',
  },
  'explanation-without-text': {
    causes: 'The TXT record of exp= is missing, or there are several.',
    remedy: 'Publish one TXT record there, or remove exp=.',
  },
};
