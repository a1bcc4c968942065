/**
 * Differential test: policies made at random, judged by us, by pyspf and by Mail::SPF. Where one of them says something
 * else, the reason must be one of those listed below, each with the paragraph that is on our side.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { SpfVerdict } from '../../../src/lib/spf/verdict.ts';
import { recordsIn } from '../../../src/lib/spf/notes.ts';
import { checkSpf } from '../../support/spf.ts';

type Zone = Record<string, Record<string, unknown>>;

interface Case {
  readonly zone: Zone;
  readonly ip: string;
  readonly helo: string;
  readonly sender: string;
}

const script = (name: string) => fileURLToPath(new URL(`../../peers/${name}`, import.meta.url));

const PEERS = [
  { name: 'pyspf', command: '/usr/bin/python3', args: [script('pyspf.py')], package: 'python3-spf' },
  { name: 'Mail::SPF', command: '/usr/bin/perl', args: [script('mail-spf.pl')], package: 'libmail-spf-perl' },
] as const;

type PeerName = (typeof PEERS)[number]['name'];

/** The result words of a peer, or `undefined` where it is not installed. */
function ask({ command, args }: (typeof PEERS)[number], cases: readonly Case[]): string[] | undefined {
  const input = cases.map((one) => `${JSON.stringify(one)}\n`).join('');
  const { stdout } = spawnSync(command, args, { input, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const [ready, ...results] = (stdout ?? '').trim().split('\n');
  return ready === 'ready' ? results : undefined;
}

/** Numbers that are the same in every run (the minimal standard generator of Park and Miller). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

const DOMAINS = ['a.example', 'b.example', 'c.example', 'sub.a.example', 'gone.example'];
const HOSTS = ['h1.example', 'h2.example', 'mail.a.example', 'nohost.example', 'slow.example'];
const ADDRESSES = ['192.0.2.1', '192.0.2.77', '198.51.100.9', '203.0.113.200', '2001:db8::1', '2001:db8:0:1::9'];
const SPECS = [
  ...DOMAINS,
  ...HOSTS,
  '%{d}',
  '%{l}.x.example',
  '%{ir}.%{v}.x.example',
  '%{h}',
  '%{d2}',
  '%{l1r-}.%{o}',
  '%{p}',
  'a..example',
];
const BROKEN = [
  'a:',
  'foo',
  'ip4:1.2.3',
  'mx/33',
  'include',
  'a:1.2.3.4',
  'exists:%{x}.example',
  'a:%{d0}.x.y',
  'redirect=',
  'all/8',
  '-redirect=a.example',
  'a:foo%',
  'ip6:12345::',
  'ptr/24',
  'a:example',
  'exp=a',
  'mx//129',
];

function makeCase(seed: number): Case {
  const below = random(seed * 7919 + 1);
  for (let i = 0; i < 5; i++) below(2); // small seeds give small first numbers
  const one = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const prefix = () => one(['', '', '', '/24', '/32', '/0', '//64', '/24//64', '//128', '/16//0']);
  const term = (): string => {
    if (below(40) === 0) return one(BROKEN);
    const sign = one(['', '', '', '+', '-', '~', '?']);
    const makers = [
      () => `a${prefix()}`,
      () => `a:${one(SPECS)}${prefix()}`,
      () => `mx${prefix()}`,
      () => `mx:${one(SPECS)}${prefix()}`,
      () => `ip4:${one(['192.0.2.0/24', '198.51.100.9', '203.0.113.128/25', '0.0.0.0/0'])}`,
      () => `ip6:${one(['2001:db8::/64', '2001:db8::1', '::/0', '::ffff:192.0.2.1'])}`,
      () => `include:${one(SPECS)}`,
      () => `exists:${one(SPECS)}`,
      () => one(['ptr', 'ptr:a.example', 'ptr:example.', 'PTR:b.example']),
      () => one(['all', 'ALL']),
    ];
    return sign + one(makers)();
  };
  const record = () => {
    const terms = Array.from({ length: below(7) }, term);
    const tail = one(['-all', '~all', '', `redirect=${one(SPECS)}`, 'unknown=x', `exp=${one(DOMAINS)}`]);
    return ['v=spf1', ...terms, tail].join(one([' ', ' ', '  '])).trimEnd();
  };
  const zone: Zone = {};
  for (const domain of DOMAINS.slice(0, 4)) {
    const TXT = below(12) === 0 ? [record(), record()] : below(12) === 0 ? ['v=spf10 -all'] : [record(), 'other text'];
    zone[domain] = { TXT: below(30) === 0 ? 'TIMEOUT' : TXT };
    if (below(2) === 0) zone[domain]['A'] = [one(ADDRESSES.slice(0, 4))];
    if (below(2) === 0) {
      const length = below(15) === 0 ? 11 : 1 + below(3);
      zone[domain]['MX'] = Array.from({ length }, (_, i) => ({ preference: i, exchange: one(HOSTS) }));
    }
  }
  for (const host of HOSTS.slice(0, 3)) {
    zone[host] = { A: [one(ADDRESSES.slice(0, 4))], AAAA: [one(ADDRESSES.slice(4))] };
  }
  zone['slow.example'] = { A: 'TIMEOUT', AAAA: 'TIMEOUT', MX: 'TIMEOUT', TXT: 'TIMEOUT' };
  zone['user.x.example'] = { A: ['127.0.0.2'] };
  zone['1.2.0.192.in-addr.arpa'] = { PTR: [one(HOSTS), 'mail.a.example'] };
  return {
    zone,
    ip: one([...ADDRESSES, '::ffff:192.0.2.1']),
    helo: one(['mail.a.example', 'h1.example', 'helo']),
    sender: `${one(['user', 'strong-bad', 'a+b'])}@${one(DOMAINS)}`,
  };
}

/** One way in which a peer differs, and the paragraph of RFC 7208 that is on our side. */
interface Difference {
  readonly paragraph: string;
  readonly applies: (facts: Facts) => boolean;
}

interface Facts {
  readonly ours: SpfVerdict;
  /** The result word of the peer. */
  readonly theirs: string;
  /** All records that were read, lower case, as they stand. */
  readonly records: readonly { readonly domain: string; readonly text: string }[];
  /** The same as one text. */
  readonly text: string;
}

const isError = (word: string) => word === 'temperror' || word === 'permerror';

const DIFFERENCES: Readonly<Record<PeerName, readonly Difference[]>> = {
  pyspf: [
    {
      // pyspf refuses a record that includes its own domain before it evaluates it. It is evaluated like any other, and
      // only a client that gets there runs into the limit.
      paragraph: '4.6.4, 5.2',
      applies: ({ theirs, records }) =>
        theirs === 'permerror' &&
        records.some(({ domain, text }) => text.includes('include:%{d}') || text.includes(`include:${domain}`)),
    },
    {
      // pyspf expands the macros of the whole record while it parses it, and lets a DNS error or a void look-up of the
      // names of the client through. An error skips the name, and the macro is "unknown" where none is left.
      paragraph: '5.5, 7.3',
      applies: ({ theirs, text }) => isError(theirs) && /%\{p\}|ptr/.test(text),
    },
    // pyspf takes %{d0} for %{d}. "If a DIGIT is specified, the value MUST be nonzero."
    { paragraph: '7.3', applies: ({ text }) => text.includes('%{d0}') },
    {
      // pyspf looks up every mail exchanger before it compares the first. "If any address matches, the mechanism matches."
      paragraph: '5.4',
      applies: ({ theirs, ours, text }) => isError(theirs) && !isError(ours.result) && /\bmx\b/.test(text),
    },
  ],
  'Mail::SPF': [
    {
      // Mail::SPF compares IPv4 clients with ip6 networks, as IPv4-mapped addresses. "IPv4 <ip> addresses are only listed
      // in an SPF record using the ip4 mechanism."
      paragraph: '5',
      applies: ({ ours, text }) => !ours.ip.includes(':') && text.includes('ip6:'),
    },
    // Mail::SPF dies of a name with an empty label, which is left to the implementation: ours do not match.
    { paragraph: '4.8', applies: ({ theirs }) => theirs.startsWith('crash: empty label') },
    // Mail::SPF looks at the first ten MX records, as RFC 4408 had it. "The mx mechanism MUST produce a permerror."
    { paragraph: '4.6.4', applies: ({ ours }) => ours.reason === 'too-many-mx-names' },
    {
      // Mail::SPF also counts the PTR look-up of %{p}, which is "unknown" where it finds nothing, and looks up names of
      // the client that are not below the target, which could not match.
      paragraph: '5.5, 7.3',
      applies: ({ theirs, text }) => theirs === 'permerror' && /%\{p\}|ptr/.test(text),
    },
    // Mail::SPF reads a macro only when it expands it. "The syntax of the record is validated first."
    { paragraph: '4.6', applies: ({ ours }) => ours.reason === 'syntax-error' },
  ],
};

function factsOf(ours: SpfVerdict, theirs: string): Facts {
  const records = [...recordsIn(ours.trace)].map(({ domain, record = '' }) => ({ domain, text: record.toLowerCase() }));
  return { ours, theirs, records, text: records.map(({ text }) => text).join(' ') };
}

const CASES = Array.from({ length: 1500 }, (_, i) => makeCase(i + 1));

describe.each(PEERS)('$name (Debian: $package)', (peer) => {
  const isInstalled = ask(peer, []) !== undefined;

  it.skipIf(!isInstalled)('agrees with us, or the RFC does not', { timeout: 120_000 }, async () => {
    const results = ask(peer, CASES)!;
    expect(results).toHaveLength(CASES.length);
    let agreed = 0;
    const unexplained: string[] = [];
    for (const [i, one] of CASES.entries()) {
      const verdict = await checkSpf(one.zone, one);
      const facts = factsOf(verdict, results[i]!);
      if (verdict.result === facts.theirs) agreed++;
      else if (!DIFFERENCES[peer.name].some(({ applies }) => applies(facts))) {
        unexplained.push(
          `${JSON.stringify(one)}: ${verdict.result} (${verdict.detail}), ${peer.name}: ${facts.theirs}`,
        );
      }
    }
    expect(unexplained).toEqual([]);
    expect(agreed).toBeGreaterThan(CASES.length * 0.95);
  });
});
