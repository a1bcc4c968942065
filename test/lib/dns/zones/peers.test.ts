/** Our reading of zone files held against the servers that the formats belong to: NSD and tinydns, where they are installed. */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { liveResolver } from '../../../../src/lib/dns/live/live.ts';
import type { Answer, MxRecord, RecordType } from '../../../../src/lib/dns/resolver.ts';
import { parseZone } from '../../../../src/lib/dns/zones/file.ts';
import { zoneResolver } from '../../../../src/lib/dns/zones/zone.ts';
import { startNsd } from '../../../support/nsd.ts';

const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'zones-'));
afterAll(() => rmSync(folder, { recursive: true }));

const TYPES: readonly RecordType[] = ['A', 'AAAA', 'TXT', 'MX', 'NS', 'SOA', 'PTR', 'CNAME'];

/** `example.com` and the names with these prefixes. */
function namesUnder(prefixes: string): string[] {
  return ['example.com', ...prefixes.split(' ').map((prefix) => `${prefix}.example.com`)];
}

const MASTER = `
$ORIGIN example.com.
$TTL 1h
@  IN SOA ns host\\.master ( 7 1d 2h 4w 300 )
   NS ns
   MX 10 mx
   300 TXT "v=spf1 " "-all"
ns A 127.0.0.1
mx IN 60 A 192.0.2.1
   60 IN AAAA 2001:DB8::1
a.b.c TXT "deep"
*.wild TXT "any" ; comment
x.wild A 192.0.2.2
*.alias CNAME mx
www CNAME mx
chain CNAME www
gone CNAME nowhere
one CNAME two
two CNAME one
esc TXT "say \\"hi\\"; \\\\ \\233\\059" plain\\;word
a\\043b\\@c TXT "plus"
generic TYPE16 \\# 6 0261 62 026364
k._domainkey IN TXT ( "v=DKIM1; k=rsa; p=MIIB"
	"IjANBg" ) ; the key
dup TXT "same"
dup TXT "same"
$ORIGIN sub.example.com.
y PTR @
`;

const MASTER_NAMES = namesUnder(
  'ns mx MX a.b.c b.c c z.c wild foo.wild x.wild q.x.wild foo.alias www chain gone one two esc ' +
    'a+b@c generic k._domainkey _domainkey dup j._domainkey y.sub sub nope',
);

/** What both must agree on; a zone file tells no negative TTL. */
function essence(answer: Answer<RecordType>) {
  return {
    status: answer.status,
    reason: answer.status === 'temperror' ? answer.reason : undefined,
    aliases: answer.aliases,
    ttl: answer.status === 'found' ? answer.ttl : undefined,
    records: answer.status === 'found' ? answer.records.map((record) => JSON.stringify(record)).sort() : undefined,
  };
}

describe.skipIf(!has('nsd'))('a master file (left out without Debian package nsd)', () => {
  it('says what NSD answers from it', async () => {
    const { nameserver, stop } = await startNsd('example.com', MASTER);
    try {
      const live = liveResolver({ nameservers: [nameserver], deadline: 60 });
      const zone = zoneResolver([parseZone('zone.db', Buffer.from(MASTER, 'latin1'))]);
      for (const name of MASTER_NAMES) {
        for (const type of TYPES) {
          const question = `${name} ${type}`;
          expect({ question, ...essence(zone.query(name, type)) }).toEqual({
            question,
            ...essence(await live.query(name, type)),
          });
        }
      }
    } finally {
      await stop();
    }
  }, 60_000);
});

const TINYDNS = `# a comment
.example.com:127.0.0.9:a:300
&sub.example.com::ns.example.net
.x.example:127.0.0.9
=www.example.com:192.0.2.2
+Mail.example.com:192.0.2.3:60
@example.com:192.0.2.4:b:10
@example.com::mx.example.com.:20
'txt.example.com:one\\072 two; \\303\\251 \\\\ \\x back\\:120
'long.example.com:${'x'.repeat(300)}
'blank.example.com:trailing  \t
^p.example.com:mail.example.com
Calias.example.com:www.example.com
:k._domainkey.example.com:16:\\003abc\\002d\\072:300
:srv.example.com:33:\\000\\001\\000\\002\\000\\003\\001a\\000:300
+u\\053t.example.com:192.0.2.5
'*.wild.example.com:here
-off.example.com:192.0.2.9
`;

const TINYDNS_NAMES = namesUnder('a.ns b.mx www mail txt long blank p alias k._domainkey srv u+t foo.wild off nope');

/** A record's data as tinydns-get prints it: TXT as the octets of the wire, in octal where they are no plain letters. */
function printed(type: RecordType, data: unknown): string {
  switch (type) {
    case 'MX':
      return `MX ${(data as MxRecord).preference} ${(data as MxRecord).exchange}`;
    case 'TXT':
      return `16 ${(data as string[])
        .map((text) => String.fromCharCode(text.length) + text)
        .join('')
        .replace(/[^!-[\]-~]/g, (octet) => `\\${octet.charCodeAt(0).toString(8).padStart(3, '0')}`)}`;
    default:
      return `${type} ${data as string}`;
  }
}

describe.skipIf(!has('tinydns-data') || !has('tinydns-get'))(
  'a tinydns file (left out without Debian package tinydns)',
  () => {
    it('says what tinydns answers from it', async () => {
      writeFileSync(join(folder, 'data'), TINYDNS);
      execFileSync('tinydns-data', { cwd: folder });
      const zone = zoneResolver([parseZone('data', Buffer.from(TINYDNS, 'latin1'))]);
      for (const name of TINYDNS_NAMES) {
        for (const type of ['A', 'TXT', 'MX', 'NS', 'PTR', 'CNAME'] as const) {
          const { stdout } = await promisify(execFile)('tinydns-get', [type, name], { cwd: folder });
          const theirs = stdout.split('\n').flatMap((line) => /^answer: \S+ (\d+ .*)$/.exec(line)?.[1] ?? []);
          // tinydns leaves following the alias to the one who asks.
          const alias = zone.query(name, 'CNAME');
          const answered = alias.status === 'found' ? alias : zone.query(name, type);
          const kind = alias.status === 'found' ? 'CNAME' : type;
          const ours =
            answered.status === 'found' ? answered.records.map((data) => `${answered.ttl} ${printed(kind, data)}`) : [];
          expect([name, type, ...ours.sort()]).toEqual([name, type, ...theirs.sort()]);
          if (theirs.length === 0) expect(stdout.includes('nxdomain')).toBe(answered.status === 'nxdomain');
        }
      }
    }, 60_000);
  },
);
