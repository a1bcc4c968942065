/** dns-record --spf for programs that change a zone: the old SPF record gives way, and nothing else that stands at the name. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/bin.ts';
import { runInMemory } from '../support/context.ts';
import { readQuotedStrings } from '../support/txt-readers.ts';

const OLD = ['v=spf1 ip4:192.0.2.1 a:"x\\y', ' -all'];
const ZONE = `example.com. 300 IN TXT "verification=1;2" "three"
example.com. 300 IN TXT "v=spf1 ip4:192.0.2.1 a:\\"x\\\\y" " -all"
example.com. 300 IN TXT "v=spf10 is none"
alias.example.com. IN CNAME example.com.
empty.example.com. IN A 192.0.2.1
twice.example.com. 60 IN TXT "v=spf1 a -all"
twice.example.com. 60 IN TXT "V=SPF1"
broken.example.com. IN TXT "x"
`;

function zoneFile(text = ZONE): string {
  const path = join(temporaryFolder(), 'zone');
  writeFileSync(path, text);
  return path;
}

const NEW = ['--spf', 'v=spf1 mx -all'];

const print = (domain: string, format: string, ...args: readonly string[]) =>
  runInMemory(['dns-record', domain, ...NEW, '--format', format, '--zone', zoneFile(), ...args]);

const KEPT = ['"verification=1;2" "three"', '"v=spf10 is none"'];
const GONE = '"v=spf1 ip4:192.0.2.1 a:\\"x\\\\y" " -all"';

describe('dns-record --spf replaces the record that is there', () => {
  it('nsupdate: deletes exactly that one, and only while all is as it was', async () => {
    const { status, stdout, stderr } = await print('example.com', 'nsupdate');
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: `prereq yxrrset example.com. TXT ${KEPT[0]}
prereq yxrrset example.com. TXT ${GONE}
prereq yxrrset example.com. TXT ${KEPT[1]}
update delete example.com. TXT ${GONE}
update add example.com. 300 TXT "v=spf1 mx -all"
send
`,
    });
    expect(stderr).toContain(`; it replaces '${OLD.join('')}'\n`);
  });

  it('nsupdate: the first one needs a name without TXT records', async () => {
    expect((await print('empty.example.com', 'nsupdate')).stdout).toBe(
      'prereq nxrrset empty.example.com. TXT\nupdate add empty.example.com. 3600 TXT "v=spf1 mx -all"\nsend\n',
    );
  });

  it('route53: deletes the set as it is and makes it anew, with the others in it', async () => {
    const { Changes } = JSON.parse((await print('example.com', 'route53')).stdout) as {
      Changes: { Action: string; ResourceRecordSet: { TTL: number; ResourceRecords: { Value: string }[] } }[];
    };
    const read = Changes.map(({ Action, ResourceRecordSet: { TTL, ResourceRecords } }) => {
      return [Action, TTL, ResourceRecords.map(({ Value }) => readQuotedStrings(Value, 8))];
    });
    const others = [['verification=1;2', 'three'], ['v=spf10 is none']];
    expect(read).toEqual([
      ['DELETE', 300, [others[0], OLD, others[1]]],
      ['CREATE', 300, [...others, ['v=spf1 mx -all']]],
    ]);
  });

  it('terraform and octodns: what they say of the name has the others in it', async () => {
    expect((await print('example.com', 'terraform')).stdout).toContain(
      '  ttl     = 300\n  records = ["verification=1;2\\"\\"three", "v=spf10 is none", "v=spf1 mx -all"]\n',
    );
    expect((await print('example.com', 'octodns')).stdout).toBe(
      "'':\n  type: TXT\n  values:\n  - 'verification=1\\;2three'\n  - 'v=spf10 is none'\n  - 'v=spf1 mx -all'\n",
    );
  });

  it('cloudflare: by id, and not without', async () => {
    const refused = await print('example.com', 'cloudflare');
    expect([refused.status, refused.output]).toEqual([100, '']);
    expect(refused.stderr).toContain('which Cloudflare finds only by id, but no id was given');
    expect(refused.stderr).toContain('--record-id');
    const content = '"v=spf1 mx -all"';
    expect(JSON.parse((await print('example.com', 'cloudflare', '--record-id', 'a1')).stdout)).toEqual({
      puts: [{ id: 'a1', type: 'TXT', name: 'example.com', content, ttl: 1 }],
    });
    const both = await print('twice.example.com', 'cloudflare', '--record-id', 'a1', '--record-id', 'b2');
    expect(JSON.parse(both.stdout)).toEqual({
      deletes: [{ id: 'b2' }],
      puts: [{ id: 'a1', type: 'TXT', name: 'twice.example.com', content, ttl: 1 }],
    });
    expect(JSON.parse((await print('empty.example.com', 'cloudflare')).stdout)).toMatchObject({ type: 'TXT', content });
  });

  it('all of them where there are several', async () => {
    expect((await print('twice.example.com', 'nsupdate')).stdout).toContain(
      'update delete twice.example.com. TXT "v=spf1 a -all"\nupdate delete twice.example.com. TXT "V=SPF1"\nupdate add',
    );
  });

  it.each([
    ['v=spf1 a -all', '"v=spf1 a -all"'],
    ['"v=spf1 a" " -all"', '"v=spf1 a" " -all"'],
    [
      `v=spf1 ${'a:host.example.com '.repeat(15)}-all`,
      `"v=spf1 ${'a:host.example.com '.repeat(15).slice(0, 248)}" "${'a:host.example.com '.repeat(15).slice(248)}-all"`,
    ],
  ])('--replace %j: nobody is asked', async (old, strings) => {
    const { status, stdout } = await runInMemory([
      'dns-record',
      'example.com',
      ...NEW,
      '--format',
      'nsupdate',
      '--replace',
      old,
    ]);
    expect([status, stdout]).toEqual([
      0,
      `update delete example.com. TXT ${strings}\nupdate add example.com. 3600 TXT "v=spf1 mx -all"\nsend\n`,
    ]);
  });

  it('--replace none: only adds', async () => {
    const { stdout } = await runInMemory([
      'dns-record',
      'example.com',
      ...NEW,
      '--format',
      'nsupdate',
      '--replace',
      'none',
    ]);
    expect(stdout).toBe('update add example.com. 3600 TXT "v=spf1 mx -all"\nsend\n');
  });

  it.each([
    [
      ['--format', 'nsupdate', '--replace', 'verification=1;2three'],
      "--replace takes an SPF record, which begins with 'v=spf1 ', or none",
    ],
    [
      ['--format', 'route53', '--replace', 'v=spf1 other -all'],
      "there is no TXT record 'v=spf1 other -all' at example.com",
    ],
    [
      ['--format', 'bind', '--replace', 'v=spf1 a -all'],
      '--replace has no effect here: the format bind only adds a record',
    ],
    [['--format', 'nsupdate', '--record-id', 'x'], '--record-id is for --format cloudflare'],
    [['--format', 'cloudflare', '--replace', 'none', '--record-id', 'x'], 'no record at example.com is replaced'],
  ])('%j is refused, and nothing is written', async (args, problem) => {
    const run = await runInMemory(['dns-record', 'example.com', ...NEW, '--zone', zoneFile(), ...args]);
    expect([run.status, run.output]).toEqual([100, '']);
    expect(run.stderr).toContain(problem);
  });

  it('is refused for other records, and where the name is an alias or DNS is silent', async () => {
    const dmarc = await runInMemory(['dns-record', 'example.com', '--dmarc', 'p=none', '--replace', 'none']);
    expect([dmarc.status, dmarc.stderr]).toEqual([
      100,
      expect.stringContaining('--replace and --record-id need --spf'),
    ]);
    const alias = await print('alias.example.com', 'nsupdate');
    expect([alias.status, alias.output]).toEqual([100, '']);
    expect(alias.stderr).toContain(
      'alias.example.com is an alias of example.com: no other record is allowed next to a CNAME',
    );
    const path = join(temporaryFolder(), 'zone.json');
    writeFileSync(path, '{"example.com":{"TXT":"TIMEOUT"}}');
    const silent = await runInMemory(['dns-record', 'example.com', ...NEW, '--format', 'nsupdate', '--zone', path]);
    expect([silent.status, silent.output]).toEqual([111, '']);
    expect(silent.stderr).toContain('--replace none');
  });
});
