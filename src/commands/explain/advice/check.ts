/** What `check` and `dns-record --check` find, besides SPF and DMARC. Each finding has its own remedy too, which runs as pasted. */
import type { AdviceTable } from './advice.ts';

const PASTED = 'Publish the text without them: dktool dns-record DOMAIN -k FILE --format raw.';
const PUBLISH_AGAIN = 'Publish the record again as dktool dns-record DOMAIN -k FILE prints it.';
const NS_HOST = 'Tell the operator of the name server.';
const HISTORIC = 'Delete the record: receivers no longer use it.';

const LISTS: AdviceTable = {
  'domain-invalid': { causes: 'A typing error, or a line that is not a domain.', remedy: 'Correct the line.' },
  'config-syntax': {
    causes: 'A typing error, or a format of another program.',
    remedy: 'Correct the line that the finding names.',
  },
  'qmail-remote-original': {
    causes: 'An upgrade of qmail put its own qmail-remote back: mail goes out unsigned.',
    remedy: 'Run contrib/qmail/install again.',
  },
  'signing-table-key-missing': {
    causes: 'A key was renamed or removed in one of the two tables.',
    remedy: 'Add the key to the KeyTable or correct the SigningTable.',
  },
  'no-key': { causes: 'A new domain, or a wrong path.', remedy: 'Make a key: dktool keygen DOMAIN -o FILE.' },
  'dkim-unchecked': { remedy: 'Name the key with -k, the selector with -s, or all keys with --key-path.' },
};

const FILES: AdviceTable = {
  'key-missing': {
    causes: 'A wrong path, a link to a deleted file, or a restore that left keys out.',
    remedy: 'Restore the file, or make a new key and publish it.',
  },
  'key-unreadable': {
    causes: 'The check runs as another account than the signer.',
    remedy: 'Run it as root or as the signing account; ls -l shows the owner.',
  },
  'key-not-file': {
    causes: 'A path to a directory, or a file of another purpose.',
    remedy: 'Put the private key there.',
  },
  'key-encrypted': {
    causes: 'The key was made with a passphrase.',
    remedy: 'Remove it: dktool keygen --convert FILE -o FILE --force.',
  },
  'key-invalid': {
    causes: 'A file that was cut, a public key or a certificate.',
    remedy: 'Restore the private key, or make a new one and publish it.',
  },
  'key-exposed': {
    causes: 'A umask of 022 when the key was made, or a copy.',
    remedy: 'chmod 600 the file, or 640 with the group of the signer. If others had access, rotate the key.',
  },
  'key-group-writable': { remedy: 'chmod g-w the file.' },
  'key-group-common': {
    causes: 'The group of all users owns the file.',
    remedy: 'chgrp it to the group of the signer.',
  },
  'key-owner-unknown': {
    causes: 'The account was deleted, or the file comes from another machine.',
    remedy: 'chown it to root or the signer.',
  },
  'key-signer-denied': {
    causes: 'Wrong owner or mode, or a directory on the way that the account cannot enter.',
    remedy: 'chgrp and chmod 640 the file; chmod g+x its directories.',
  },
  'key-folder-writable': { remedy: 'chmod o-w the directory.' },
  'key-folder-owner': { remedy: 'chown the directory to root.' },
  'key-weak': {
    causes: 'A key made years ago, or for a panel that takes only short records.',
    remedy: 'Rotate to a key of 2,048 bits: dktool rotate.',
  },
  'key-old': { remedy: 'Rotate it: dktool rotate.' },
};

const RECORDS: AdviceTable = {
  'dns-no-answer': {
    causes: 'Name servers, the resolver or the network are down.',
    remedy: 'Try again; --trace shows the queries, --all-ns asks each server.',
  },
  'no-answer': {
    causes: 'Name servers, the resolver or the network are down.',
    remedy: 'Try again; --patience reports it only if it lasts. --trace shows the queries.',
  },
  'dns-tcp-refused': { causes: 'A firewall blocks TCP port 53.', remedy: 'Open it: large keys need TCP.' },
  'dnssec-bogus': {
    causes: 'Signatures expired, or the DS record at the registrar is of an old key.',
    remedy: 'Sign the zone again and compare its DNSKEY with the DS; delv NAME TXT shows where validation fails.',
  },
  'alias-loop': { causes: 'CNAME records that point at each other.', remedy: 'Correct the CNAME.' },
  'alias-dangling': {
    causes: 'The provider removed its key, or the CNAME has a typing error.',
    remedy: 'Ask the provider for the right target.',
  },
  'key-name-missing': {
    causes: 'The record was never published, or the zone was not reloaded.',
    remedy: 'Publish what dktool dns-record DOMAIN -k FILE prints; check the serial of the zone.',
  },
  'key-name-wrong': {
    causes: 'The panel appends the domain to the name, so it is there twice; or _domainkey was left out.',
    remedy: 'Enter the name relative to the zone, and delete the wrong record.',
  },
  'key-record-missing': { causes: 'Another type than TXT was chosen.', remedy: 'Publish a TXT record.' },
  'wildcard-record': {
    causes: 'A record for * in the zone.',
    remedy: 'Publish the record at the full name; it takes precedence.',
  },
  'no-key-record': { causes: 'Another text was published at the name.', remedy: PUBLISH_AGAIN },
  'several-records': { causes: 'A record was added beside the old one.', remedy: 'Delete all but one.' },
  'split-over-records': {
    causes: 'A panel that has a field per string made a record of each.',
    remedy: 'Publish one record; its strings are joined without blanks.',
  },
  'quotes-in-record': { causes: 'A line of a zone file was pasted into a web panel.', remedy: PASTED },
  'backslashes-in-record': { causes: 'A line of a zone file was pasted into a web panel.', remedy: PASTED },
  'record-syntax': { causes: 'A typing error, or a record that was cut.', remedy: PUBLISH_AGAIN },
  'version-wrong': { causes: 'v=DKIM1 is misspelt or not at the beginning.', remedy: PUBLISH_AGAIN },
  'version-missing': { causes: 'A record for DomainKeys.', remedy: PUBLISH_AGAIN },
  'key-type-wrong': { causes: 'k=rsa in front of an Ed25519 key, or the reverse.', remedy: PUBLISH_AGAIN },
  'hash-not-sha256': { causes: 'h=sha1 of an old recipe.', remedy: 'Publish the record without h=.' },
  'service-not-email': { causes: 's= for another service.', remedy: 'Publish the record without s=.' },
  testing: { causes: 'The test was never ended.', remedy: 'Publish the record without t=y.' },
  'key-revoked': {
    causes: 'The record of an old key, or a p= that was lost.',
    remedy: 'If the key is in use, publish its record again; else stop signing with it.',
  },
  'space-in-key': { causes: 'A panel replaced line breaks by blanks.', remedy: PUBLISH_AGAIN },
  'plus-lost': {
    causes: 'A web form decoded + as a blank.',
    remedy: 'Enter the key again, with %2B for + if the form needs it, and check the result.',
  },
  'key-not-base64': { causes: 'A typing error or the header lines of the PEM file.', remedy: PUBLISH_AGAIN },
  'key-cut': {
    causes: 'The panel keeps 255 characters.',
    remedy: 'Enter the record as several strings, or use Ed25519 or 1,024 bits if the panel cannot.',
  },
  'key-damaged': { causes: 'Characters were lost or changed in pasting.', remedy: PUBLISH_AGAIN },
  'key-is-pkcs1': { causes: 'The key was exported as RSA PUBLIC KEY.', remedy: PUBLISH_AGAIN },
  'key-is-spki': { causes: 'An openssl recipe for RSA was used for Ed25519.', remedy: PUBLISH_AGAIN },
  'private-key-published': {
    causes: 'The wrong file was pasted.',
    remedy: 'Delete the record, make a new key under a new selector, and never use the old one again.',
  },
  'key-differs': {
    causes: 'The key was replaced and the record was not, or the file is of another selector.',
    remedy: 'Publish the record of the key, best under a new selector.',
  },
  'probe-failed': {
    causes: 'The file holds another key than the record.',
    remedy: 'Compare them: dktool dns-record DOMAIN -k FILE --check.',
  },
  'old-selector-published': {
    causes: 'A rotation was not finished.',
    remedy: 'Delete the record, or revoke it with dktool dns-record --revoke.',
  },
  'rotation-overdue': {
    causes: 'dktool rotate does not run from cron, or waits for a person.',
    remedy: 'Run dktool rotate -v, which says what it waits for.',
  },
  'rotation-state-invalid': { causes: 'The file was edited or cut.', remedy: 'Restore it from a copy.' },
};

const HOSTS: AdviceTable = {
  'domain-missing': {
    causes: 'The registration expired, or the name is misspelt.',
    remedy: 'Register or delegate it, or remove it from the list.',
  },
  'no-mail-host': { remedy: 'Publish an MX record; replies and bounces cannot arrive without.' },
  'null-mx': { remedy: 'Nothing, if the domain receives no mail.' },
  'mx-without-address': { causes: 'The host was renamed.', remedy: 'Publish its address or correct the MX record.' },
  'mx-is-address': { remedy: 'Give the address a name and write that into the MX record.' },
  'mx-is-alias': { causes: 'The host is a CNAME.', remedy: 'Write the target into the MX record.' },
};

const SERVERS: AdviceTable = {
  'zone-not-found': { causes: 'The domain is not registered, or misspelt.', remedy: 'Correct the name.' },
  'zone-not-delegated': {
    causes: 'The registration expired, or the zone exists only internally.',
    remedy: 'Renew or delegate it at the registrar.',
  },
  'delegation-unknown': { causes: 'The servers of the parent zone do not answer.', remedy: 'Try again later.' },
  'ns-not-in-zone': {
    causes: 'A server was removed from the zone but not at the registrar.',
    remedy: 'Make both lists the same.',
  },
  'ns-not-delegated': {
    causes: 'A server was added to the zone but not at the registrar.',
    remedy: 'Make both lists the same.',
  },
  'ns-glue-differs': { causes: 'A name server changed its address.', remedy: 'Update the glue at the registrar.' },
  'ns-without-address': {
    causes: 'The name server was renamed or removed.',
    remedy: 'Publish its address or remove it from the zone.',
  },
  'ns-unreachable': { causes: 'The server or its network is down, or a firewall drops queries.', remedy: NS_HOST },
  'ns-lame': { causes: 'The zone is not configured there, or the transfer has expired.', remedy: NS_HOST },
  'ns-tcp-refused': { causes: 'A firewall blocks TCP port 53.', remedy: 'Open it on that server.' },
  'ns-lags': {
    causes: 'Zone transfers fail, or the change is minutes old.',
    remedy: 'Wait; then check NOTIFY and transfers of that server.',
  },
  'ns-disagrees': {
    causes: 'The serial was not raised after a change.',
    remedy: 'Raise the serial and reload the zone.',
  },
};

const POLICIES: AdviceTable = {
  'spf-name-wrong': {
    causes: 'The panel appends the domain to the name.',
    remedy: 'Publish the record at the domain itself (often entered as @).',
  },
  'dmarc-unsigned': {
    causes: 'The policy was tightened before signing worked.',
    remedy: 'Correct the key findings, or publish p=none until then.',
  },
  'adsp-several': { remedy: HISTORIC },
  'adsp-malformed': { remedy: HISTORIC },
  'adsp-unknown-value': { remedy: HISTORIC },
  'adsp-unsigned': { remedy: `Correct the key findings. ${HISTORIC}` },
  'adsp-against-dmarc': { remedy: HISTORIC },
  'domainkeys-policy-several': { remedy: HISTORIC },
  'domainkeys-policy-malformed': { remedy: HISTORIC },
  'domainkeys-policy-testing': { remedy: HISTORIC },
  'domainkeys-policy-unsigned': { remedy: `Correct the key findings. ${HISTORIC}` },
};

export const CHECK_ADVICE: AdviceTable = { ...LISTS, ...FILES, ...RECORDS, ...HOSTS, ...SERVERS, ...POLICIES };
