/** Domains that are set up in an unusual way, and work. A check has nothing to say of them. */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { type CheckSite, DMARC, KEY_NAME, SPF } from './check-site.ts';
import { DOMAIN, keyRecord, publicKeyText } from './vectors.ts';

export interface ValidDomain {
  readonly what: string;
  readonly arrange: (site: CheckSite) => void;
}

const DMARC_NAME = `_dmarc.${DOMAIN}`;
const RECORD = keyRecord('rsa2048');

const mx = (...exchanges: readonly string[]) => exchanges.map((exchange, i) => ({ preference: 10 * i, exchange }));
const hosts = (count: number, addresses: Record<string, unknown>) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`mx${i}.${DOMAIN}`, addresses]));
const add = (site: CheckSite, zone: Record<string, Record<string, unknown>>) => void Object.assign(site.zone, zone);
const spf = (what: string, text: string, zone: Record<string, Record<string, unknown>> = {}): ValidDomain => ({
  what,
  arrange: (site) => {
    site.txt(DOMAIN, text);
    add(site, zone);
  },
});
const dmarc = (what: string, text: string, zone: Record<string, Record<string, unknown>> = {}): ValidDomain => ({
  what,
  arrange: (site) => {
    site.txt(DMARC_NAME, text);
    add(site, zone);
  },
});
const key = (what: string, text: string): ValidDomain => ({ what, arrange: (site) => site.txt(KEY_NAME, text) });
/** The key signs for another domain. */
const moveTo = (site: CheckSite, domain: string) => {
  const name = `s1._domainkey.${domain}`;
  delete site.zone[KEY_NAME];
  site.txt(name, RECORD);
  site.args = [domain, '-k', site.keyFile];
};
/** Wildcards work in master files alone. */
const wildcards = (site: CheckSite, lines: readonly string[]) =>
  void site.args.push('--zone', site.write('wildcards.zone', `${lines.join('\n')}\n`));

const HOSTS: readonly ValidDomain[] = [
  {
    what: 'three IPv4-only mail hosts, and mx',
    arrange: (site) => {
      site.zone[DOMAIN] = { MX: mx(...[0, 1, 2].map((i) => `mx${i}.${DOMAIN}`)), TXT: [SPF] };
      add(site, hosts(3, { A: ['192.0.2.1'] }));
    },
  },
  {
    what: 'three IPv6-only mail hosts, and mx',
    arrange: (site) => {
      site.zone[DOMAIN] = { MX: mx(...[0, 1, 2].map((i) => `mx${i}.${DOMAIN}`)), TXT: [SPF] };
      add(site, hosts(3, { AAAA: ['2001:db8::1'] }));
    },
  },
  {
    what: 'an IPv6-only mail host',
    arrange: (site) => add(site, { [`mail.${DOMAIN}`]: { AAAA: ['2001:db8::1'] } }),
  },
  {
    what: 'no MX, and an address',
    arrange: (site) => add(site, { [DOMAIN]: { A: ['8.8.2.1'], TXT: ['v=spf1 a -all'] } }),
  },
  {
    what: 'the domain as its own mail host',
    arrange: (site) => add(site, { [DOMAIN]: { MX: mx(DOMAIN), A: ['8.8.2.1'], TXT: [SPF] } }),
  },
  {
    what: 'mail hosts of somebody else, and equal preferences',
    arrange: (site) => {
      const exchanges = ['a.mx.test', 'b.mx.test'].map((exchange) => ({ preference: 0, exchange }));
      site.zone[DOMAIN] = { MX: exchanges, TXT: ['v=spf1 ip4:8.8.2.1 -all'] };
      add(site, { 'a.mx.test': { A: ['192.0.2.8'] }, 'b.mx.test': { AAAA: ['2001:db8::8'] } });
    },
  },
  {
    what: 'a mail host with an underscore in its name',
    arrange: (site) => {
      site.zone[DOMAIN] = { MX: mx(`mail_1.${DOMAIN}`), TXT: [SPF] };
      add(site, { [`mail_1.${DOMAIN}`]: { A: ['192.0.2.1'] } });
    },
  },
  {
    what: 'a parked domain with a null MX',
    arrange: (site) => {
      site.args = [DOMAIN];
      site.zone = {
        [DOMAIN]: { MX: mx(''), TXT: ['v=spf1 -all'] },
        [DMARC_NAME]: { TXT: ['v=DMARC1; p=reject'] },
        [`*._domainkey.${DOMAIN}`]: { TXT: ['v=DKIM1; p='] },
      };
    },
  },
  {
    what: 'a parked domain with neither MX nor address',
    arrange: (site) => {
      site.args = [DOMAIN];
      site.zone = { [DOMAIN]: { TXT: ['v=spf1 -all'] }, [DMARC_NAME]: { TXT: ['v=DMARC1; p=reject;'] } };
    },
  },
  {
    what: 'a domain that only signs, with nothing else below its name',
    arrange: (site) => {
      moveTo(site, 'dkim.esp.test');
      site.zone['dkim.esp.test'] = {};
    },
  },
  {
    what: 'a domain that only signs, by the SigningTable',
    arrange: (site) => {
      moveTo(site, 'esp.test');
      add(site, { 'esp.test': { A: ['192.0.2.5'] } });
      const table = site.write('KeyTable', `k esp.test:s1:${site.keyFile}\n`);
      site.args = ['--key-table', table, '--signing-table', site.write('SigningTable', `*@${DOMAIN} k\n`)];
      site.txt(DMARC_NAME, 'v=DMARC1; p=none; rua=mailto:x@example.com');
    },
  },
  {
    what: 'a domain in letters of another script',
    arrange: (site) => {
      const name = 'xn--bcher-kva.example';
      moveTo(site, name);
      site.args = ['b\u00fccher.example', '-k', site.keyFile];
      add(site, {
        [name]: { MX: mx(`mail.${DOMAIN}`), TXT: [SPF] },
        [`_dmarc.${name}`]: { TXT: [`v=DMARC1; p=reject; rua=mailto:x@${name}`] },
      });
    },
  },
];

const KEYS: readonly ValidDomain[] = [
  {
    what: 'a selector that is an alias',
    arrange: (site) =>
      add(site, { [KEY_NAME]: { CNAME: ['s1.dkim.esp.test'] }, 's1.dkim.esp.test': { TXT: [RECORD] } }),
  },
  {
    what: 'a selector that is an alias of a weak key with t=y, which is not ours to change',
    arrange: (site) => {
      site.args = [DOMAIN, '-s', 's1'];
      add(site, {
        [KEY_NAME]: { CNAME: ['s1.dkim.esp.test'] },
        's1.dkim.esp.test': { TXT: [keyRecord('rsa1024', 't=y; ')] },
      });
    },
  },
  {
    what: 'a chain of three aliases',
    arrange: (site) =>
      add(site, {
        [KEY_NAME]: { CNAME: ['a.esp.test'] },
        'a.esp.test': { CNAME: ['b.esp.test'] },
        'b.esp.test': { CNAME: ['c.esp.test'] },
        'c.esp.test': { TXT: [RECORD] },
      }),
  },
  {
    what: 'a _domainkey that is delegated',
    arrange: (site) => add(site, { [`_domainkey.${DOMAIN}`]: { NS: ['ns.esp.test'] } }),
  },
  {
    what: 'a _domainkey that is a DNAME, which resolvers make aliases of',
    arrange: (site) =>
      add(site, { [KEY_NAME]: { CNAME: ['s1._domainkey.esp.test'] }, 's1._domainkey.esp.test': { TXT: [RECORD] } }),
  },
  {
    what: 'a wildcard alias for all selectors',
    arrange: (site) => {
      delete site.zone[KEY_NAME];
      wildcards(site, [`*._domainkey.${DOMAIN}. CNAME key.esp.test.`, `key.esp.test. TXT ${quoted(RECORD)}`]);
    },
  },
  {
    what: 'a wildcard that revokes all other selectors',
    arrange: (site) => wildcards(site, [`*._domainkey.${DOMAIN}. TXT "v=DKIM1; p="`]),
  },
  {
    what: 'a wildcard TXT beside the selector',
    arrange: (site) => wildcards(site, [`*.${DOMAIN}. TXT "v=spf1 -all"`]),
  },
  {
    what: 'a selector of two labels',
    arrange: (site) => {
      site.args = [DOMAIN, '-k', site.keyFile, '-s', 'mail.2026'];
      delete site.zone[KEY_NAME];
      site.txt(`mail.2026._domainkey.${DOMAIN}`, RECORD);
    },
  },
  {
    what: 'an RSA and an Ed25519 key',
    arrange: (site) => {
      site.putKey('ed25519', join(site.keyFolder, 's1-ed25519'), 2);
      site.txt(`s1-ed25519._domainkey.${DOMAIN}`, `v=DKIM1; k=ed25519; p=${publicKeyText('ed25519')}`);
    },
  },
  {
    what: 'a key of 4096 bits in three strings',
    arrange: (site) => {
      site.putKey('rsa4096');
      const text = keyRecord('rsa4096');
      site.zone[KEY_NAME] = { TXT: [[text.slice(0, 255), text.slice(255, 510), text.slice(510)]] };
    },
  },
  key('tags that restrict the key to mail', keyRecord('rsa2048', 'h=sha256; s=email; t=s; n=note; ')),
  key('blanks around semicolons, and one at the end', RECORD.replaceAll('; ', ' ;  ').concat(' ; ')),
  key('no k=, which is RSA', RECORD.replace('k=rsa; ', '')),
  key('h= with two hashes', keyRecord('rsa2048', 'h=sha1:sha256; ')),
  {
    what: 'a KeyFile that opendkim reads as root, before it becomes UserID',
    arrange: (site) => {
      chmodSync(site.keyFile, 0o600);
      const lines = [`Domain ${DOMAIN}`, 'Selector s1', `KeyFile ${site.keyFile}`, 'UserID nobody:nogroup'];
      site.args = ['--config', site.write('opendkim.conf', `${lines.join('\n')}\n`)];
    },
  },
  {
    what: 'a subdomain at a sender of newsletters, which is an alias',
    arrange: (site) => {
      const name = `news.${DOMAIN}`;
      moveTo(site, name);
      add(site, {
        [name]: { CNAME: ['u1.esp.test'] },
        'u1.esp.test': { MX: mx('mx.esp.test'), TXT: ['v=spf1 ip4:8.8.2.0/24 -all'] },
        'mx.esp.test': { A: ['192.0.2.9'] },
      });
    },
  },
];

const SPF_SET_UPS: readonly ValidDomain[] = [
  spf('a macro', 'v=spf1 exists:%{i}._spf.%{d} -all'),
  spf('a macro of the local part', 'v=spf1 include:%{l}._spf.%{d} mx ~all'),
  spf('redirect=', 'v=spf1 redirect=_spf.example.com', { '_spf.example.com': { TXT: ['v=spf1 mx:example.com -all'] } }),
  spf('letters in upper case', 'V=SPF1 MX -ALL'),
  spf('?all', 'v=spf1 mx ?all'),
  spf(
    'exactly 10 look-ups',
    `v=spf1${Array.from({ length: 10 }, (_, i) => ` exists:%{i}.x${i}.example`).join('')} -all`,
  ),
  spf(
    'more than 450 characters',
    `v=spf1 ${Array.from({ length: 40 }, (_, i) => `ip4:8.8.2.${2 * i}`).join(' ')} -all`,
  ),
  {
    what: 'a record in two strings',
    arrange: (site) => {
      site.zone[DOMAIN] = { ...site.zone[DOMAIN], TXT: [['v=spf1 ', 'mx -all']] };
    },
  },
  spf("everything that a provider's record may have", 'v=spf1 include:spf.esp.test mx -all', {
    'spf.esp.test': {
      TXT: ['v=spf1 ptr ip4:8.0.0.0/8 ip4:10.1.0.0/16 ip4:8.8.2.1 ip4:8.8.2.1 x=y ?all', 'x'.repeat(500)],
    },
  }),
  spf('an explanation', 'v=spf1 mx -all exp=why.example.com', { 'why.example.com': { TXT: ['see %{i}'] } }),
  spf('a host with both kinds of addresses and prefixes', 'v=spf1 a:out.example.com/28//64 -all', {
    'out.example.com': { A: ['8.8.2.1'], AAAA: ['2600::1'] },
  }),
  {
    what: 'other TXT records, over 512 octets in all',
    arrange: (site) => site.txt(DOMAIN, SPF, ...[1, 2, 3].map((i) => `site-verification-${i}=${'x'.repeat(200)}`)),
  },
];

const POLICIES: readonly ValidDomain[] = [
  dmarc('tags of RFC 7489', `${DMARC}!10m; pct=100; rf=afrf; ri=86400; fo=1`),
  dmarc('no blanks, and a semicolon at the end', `${DMARC.replaceAll('; ', ';')};`),
  dmarc('p=none', DMARC.replace('reject', 'none')),
  dmarc('tags of RFC 9989', `${DMARC}; sp=reject; np=reject; psd=n; adkim=r; aspf=s`),
  dmarc('reports to a host of the same organisation', 'v=DMARC1; p=reject; rua=mailto:x@reports.example.com'),
  dmarc('reports to somebody who agrees', 'v=DMARC1; p=reject; rua=mailto:x@reports.test', {
    [`${DOMAIN}._report._dmarc.reports.test`]: { TXT: ['v=DMARC1'] },
  }),
  {
    what: 'reports to somebody who agrees with everybody',
    arrange: (site) => {
      site.txt(DMARC_NAME, 'v=DMARC1; p=reject; rua=mailto:x@reports.test');
      wildcards(site, ['*._report._dmarc.reports.test. TXT "v=DMARC1"']);
    },
  },
  {
    what: 'a DMARC record that is an alias',
    arrange: (site) => add(site, { [DMARC_NAME]: { CNAME: ['d.esp.test'] }, 'd.esp.test': { TXT: [DMARC] } }),
  },
  {
    what: 'the DMARC record of the parent',
    arrange: (site) => {
      moveTo(site, `sub.${DOMAIN}`);
      site.zone[`sub.${DOMAIN}`] = { MX: mx(`mail.${DOMAIN}`), TXT: [SPF] };
    },
  },
  {
    what: 'a wildcard TXT where the DMARC record of a subdomain would be',
    arrange: (site) => {
      moveTo(site, `sub.${DOMAIN}`);
      site.zone[`sub.${DOMAIN}`] = { MX: mx(`mail.${DOMAIN}`), TXT: [SPF] };
      wildcards(site, [`*.sub.${DOMAIN}. TXT "v=spf1 -all"`]);
    },
  },
  {
    what: 'ADSP and DomainKeys that promise nothing',
    arrange: (site) => {
      site.txt(`_adsp._domainkey.${DOMAIN}`, 'dkim=unknown');
      site.txt(`_domainkey.${DOMAIN}`, 'o=~; r=postmaster@example.com');
    },
  },
  {
    what: 'ADSP that promises what is kept',
    arrange: (site) => site.txt(`_adsp._domainkey.${DOMAIN}`, 'dkim=all'),
  },
];

function quoted(text: string): string {
  return [text.slice(0, 250), text.slice(250)].map((part) => `"${part}"`).join(' ');
}

export const VALID_DOMAINS: readonly ValidDomain[] = [...HOSTS, ...KEYS, ...SPF_SET_UPS, ...POLICIES];
