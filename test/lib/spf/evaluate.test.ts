import { describe, expect, it } from 'vitest';
import { evaluateSpf } from '../../../src/lib/spf/evaluate.ts';
import { checkSpf, recording, testResolver, type TestZone } from '../../support/spf.ts';

const RECORD = 'example.com';
/** The result for the record at example.com, with more of a zone. */
const resultOf = async (record: string, zone: TestZone = {}, ip = '192.0.2.1') =>
  (await checkSpf({ [RECORD]: record, ...zone }, { ip })).result;

const detail = async (text: string) => (await checkSpf({ [RECORD]: text })).detail;

describe('the domain (RFC 7208 section 4.3)', () => {
  it.each([
    ['user@localhost', 'malformed-domain'],
    ['user@[192.0.2.1]', 'malformed-domain'],
    ['user@192.0.2.1', 'malformed-domain'],
    ['user@a..example', 'malformed-domain'],
    [`user@${'a'.repeat(64)}.example`, 'malformed-domain'],
    [`user@${'a.'.repeat(130)}example`, 'malformed-domain'],
    ['user@gone.example', 'name-not-found'],
    ['user@plain.example', 'no-record'],
  ])('%s gives none, reason %s', async (sender, reason) => {
    const verdict = await checkSpf(
      { 'plain.example': { A: ['192.0.2.1'], TXT: ['v=spf10 -all', 'spf2.0/pra -all'] } },
      { sender },
    );
    expect([verdict.result, verdict.reason]).toEqual(['none', reason]);
  });

  it('takes a final dot, U-labels, brackets and source routes', async () => {
    const zone = { 'example.com': 'v=spf1 -all', 'xn--bcher-kva.example': 'v=spf1 +all' };
    const results = ['u@example.com.', '<u@example.com>', '<@a.example,@b.example:u@example.com>', '"a@b"@example.com'];
    for (const sender of results) expect((await checkSpf(zone, { sender })).result).toBe('fail');
    const idn = await checkSpf(zone, { sender: Buffer.from('u@bücher.example').toString('latin1') });
    expect([idn.result, idn.domain]).toEqual(['pass', 'xn--bcher-kva.example']);
  });

  it('says what stands in place of a record', async () => {
    expect(await detail('v=spf1\t-all')).toContain("without a space after 'v=spf1'");
    expect(await detail('"v=spf1 -all"')).toContain('a quote or a space');
    expect(await detail('v=spf2 -all')).toContain("does not begin with 'v=spf1 '");
    expect(await detail('spf2.0/mfrom -all')).toContain('Sender ID');
  });

  it('joins the strings of one record without spaces', async () => {
    const zone = { [RECORD]: { TXT: [['v=spf1 ip4:192.', '0.2.1 -all']] } };
    expect((await checkSpf(zone)).result).toBe('pass');
  });
});

describe('identities', () => {
  const zone = {
    'mail.example.org': 'v=spf1 -all exp=x.example.org',
    'x.example.org': '%{s} %{l} %{h}',
    'example.com': 'v=spf1 +all',
  };

  it.each(['', '<>', ' <> '])('the null sender %j is postmaster at the HELO name', async (sender) => {
    const verdict = await checkSpf(zone, { sender });
    expect([verdict.identity, verdict.result, verdict.sender]).toEqual(['helo', 'fail', 'postmaster@mail.example.org']);
    expect(verdict.explanation).toBe('postmaster@mail.example.org postmaster mail.example.org');
  });

  it('checks HELO although there is a sender, when asked to', async () => {
    const verdict = await checkSpf(zone, {}, { identity: 'helo' });
    expect([verdict.identity, verdict.domain, verdict.result]).toEqual(['helo', 'mail.example.org', 'fail']);
  });

  it('puts postmaster before a sender without a local part', async () => {
    expect((await checkSpf(zone, { sender: '@example.com' })).sender).toBe('postmaster@example.com');
  });
});

const NAMES = Array.from({ length: 11 }, (_, i) => `h${i}.example.com`);
const REVERSE = { '1.2.0.192.in-addr.arpa': { PTR: NAMES } };

const tenNames = (good: string) => ({
  [RECORD]: 'v=spf1 ptr -all',
  ...REVERSE,
  ...Object.fromEntries(NAMES.map((name) => [name, { A: ['192.0.2.99'] }])),
  [good]: { A: ['192.0.2.1'] },
});

describe('limits (RFC 7208 section 4.6.4)', () => {
  const exists = { 'e.example': { A: ['127.0.0.2'] } };

  it('allows ten terms with DNS look-ups and not eleven', async () => {
    const zone = { 'a.example': { A: ['198.51.100.1'] } };
    expect(await resultOf(`v=spf1${' a:a.example'.repeat(10)} ip4:192.0.2.1 -all`, zone)).toBe('pass');
    const over = await checkSpf({ [RECORD]: `v=spf1${' a:a.example'.repeat(11)} +all`, ...zone });
    expect([over.result, over.reason, over.lookups.terms]).toEqual(['permerror', 'too-many-lookups', 10]);
    expect(over.mechanism).toBe('a:a.example');
  });

  it('counts across includes and redirects, and an endless one ends', async () => {
    const zone = {
      [RECORD]: 'v=spf1 include:b.example redirect=c.example',
      'b.example': 'v=spf1 exists:e.example.gone ?all',
      'c.example': `v=spf1${' a:e.example'.repeat(9)} -all`,
      ...exists,
    };
    expect((await checkSpf(zone)).reason).toBe('too-many-lookups');
    const loop = await checkSpf({ [RECORD]: `v=spf1 include:${RECORD}` });
    expect([loop.result, loop.reason]).toEqual(['permerror', 'too-many-lookups']);
  });

  it('allows two void look-ups and not three', async () => {
    expect(await resultOf('v=spf1 a:x.example mx:y.example -all')).toBe('fail');
    const over = await checkSpf({ [RECORD]: 'v=spf1 a:x.example mx:y.example exists:z.example +all' });
    expect([over.result, over.reason]).toEqual(['permerror', 'too-many-void-lookups']);
  });

  it('gives a permerror for more than ten mail exchangers, in whichever order DNS gives them', async () => {
    const hosts = Array.from({ length: 11 }, (_, i) => ({ preference: i, exchange: `m${i}.example` }));
    const zone = { 'm0.example': { A: ['192.0.2.1'] } };
    for (const MX of [hosts, hosts.toReversed()]) {
      const verdict = await checkSpf({ [RECORD]: { TXT: ['v=spf1 mx -all'], MX }, ...zone });
      expect([verdict.result, verdict.reason]).toEqual(['permerror', 'too-many-mx-names']);
    }
    const ten = { [RECORD]: { TXT: ['v=spf1 mx -all'], MX: hosts.slice(0, 10) }, ...zone };
    expect((await checkSpf(ten)).result).toBe('pass');
  });

  it('looks at the first ten PTR names only', async () => {
    expect((await checkSpf(tenNames('h9.example.com'))).result).toBe('pass');
    expect((await checkSpf(tenNames('h10.example.com'))).result).toBe('fail');
    const macro = { [RECORD]: 'v=spf1 exists:%{p}.x.example -all', 'unknown.x.example': { A: ['127.0.0.2'] } };
    expect((await checkSpf({ ...tenNames('h10.example.com'), ...macro })).result).toBe('pass');
    expect((await checkSpf({ ...tenNames('h9.example.com'), ...macro })).result).toBe('fail');
  });

  it('takes the domain itself for %{p} before a name below it, and that before others (section 7.3)', async () => {
    const names = ['host.example.net', 'host.example.com', 'example.com'];
    for (let count = names.length; count > 0; count--) {
      const there = names.slice(0, count);
      const verdict = await checkSpf({
        '1.2.0.192.in-addr.arpa': { PTR: there },
        ...Object.fromEntries(there.map((name) => [name, { A: ['192.0.2.1'] }])),
        [RECORD]: { TXT: ['v=spf1 exists:%{p}.x.example -all'], A: ['192.0.2.1'] },
        [`${there.at(-1)}.x.example`]: { A: ['127.0.0.2'] },
      });
      expect(verdict.result, there.at(-1)).toBe('pass');
    }
  });

  it('asks for no address where the mail exchanger is "." (RFC 7505)', async () => {
    const zone = { [RECORD]: { TXT: ['v=spf1 mx -all'], MX: [{ preference: 0, exchange: '.' }] } };
    const resolver = recording(testResolver(zone));
    const verdict = await evaluateSpf(
      { ip: '192.0.2.1', helo: 'h.example', sender: 'user@example.com' },
      { resolver, now: () => 0 },
    );
    expect([verdict.result, verdict.lookups.void]).toEqual(['fail', 0]);
    expect(verdict.trace.terms[0]!.detail).toBe('example.com has no mail exchanger');
    expect(resolver.asked).toEqual(['TXT example.com', 'MX example.com']);
  });

  it.each([
    ['ptr', 'v=spf1 ptr -all'],
    ['%{p}', 'v=spf1 exists:%{p}.x.example -all'],
  ])('counts PTR names without addresses as void look-ups: %s', async (_, policy) => {
    const zone = (names: readonly string[]) => ({
      [RECORD]: policy,
      '1.2.0.192.in-addr.arpa': { PTR: names },
      'unknown.x.example': { A: ['127.0.0.2'] },
    });
    const two = await checkSpf(zone(NAMES.slice(0, 2)));
    expect([two.result, two.lookups.void]).toEqual([policy.includes('ptr') ? 'fail' : 'pass', 2]);
    const three = await checkSpf(zone(NAMES.slice(0, 3)));
    expect([three.result, three.reason]).toEqual(['permerror', 'too-many-void-lookups']);
    // Trouble is none: it skips the name.
    const trouble = { ...zone(NAMES.slice(0, 3)), 'h0.example.com': { A: 'SERVFAIL' } };
    expect((await checkSpf(trouble)).lookups.void).toBe(2);
  });
});

describe('DNS trouble', () => {
  it.each(['a:t.example', 'mx:t.example', 'exists:t.example', 'include:t.example', 'redirect=t.example'])(
    'in %s is a temperror',
    async (term) => {
      const verdict = await checkSpf({ [RECORD]: `v=spf1 ${term}`, 't.example': { '*': 'TIMEOUT' } });
      expect([verdict.result, verdict.reason]).toEqual(['temperror', 'dns-error']);
    },
  );

  it('is no match in ptr, and "unknown" in %{p}', async () => {
    const zone = { '1.2.0.192.in-addr.arpa': { PTR: 'SERVFAIL' }, 'unknown.x.example': { A: ['127.0.0.2'] } };
    expect(await resultOf('v=spf1 ptr -all', zone)).toBe('fail');
    expect(await resultOf('v=spf1 exists:%{p}.x.example -all', zone)).toBe('pass');
  });

  it('is as NXDOMAIN no match where the name does not exist, and nothing is asked where DNS cannot carry it', async () => {
    expect(await resultOf('v=spf1 a:gone.example -all')).toBe('fail');
    const resolver = recording(
      testResolver({ [RECORD]: 'v=spf1 a:a..example.com mx:%{l}.example exists:x.y.%{l} -all' }),
    );
    const session = { ip: '192.0.2.1', helo: 'h.example', sender: `${'x'.repeat(70)}@example.com` };
    const verdict = await evaluateSpf(session, { resolver, now: () => 0 });
    expect([verdict.result, verdict.lookups.void]).toEqual(['fail', 0]);
    expect(resolver.asked).toEqual(['TXT example.com']);
  });
});

describe('mechanisms', () => {
  it('matches by prefix length and by family', async () => {
    const host = { 'h.example': { A: ['192.0.2.200'], AAAA: ['2001:db8:1::1'] } };
    expect(await resultOf('v=spf1 a:h.example/24 -all', host)).toBe('pass');
    expect(await resultOf('v=spf1 a:h.example/25 -all', host)).toBe('fail');
    expect(await resultOf('v=spf1 a:h.example/0//48 -all', host, '2001:db8:1:2::3')).toBe('pass');
    expect(await resultOf('v=spf1 a:h.example/0//64 -all', host, '2001:db8:1:2::3')).toBe('fail');
    expect(await resultOf('v=spf1 ip6:::/0 -all')).toBe('fail');
    expect(await resultOf('v=spf1 ip6:::ffff:0:0/96 ~all', {}, '::ffff:192.0.2.1')).toBe('softfail');
    expect(await resultOf('v=spf1 ip4:192.0.2.1 -all', {}, '::ffff:c000:201')).toBe('pass');
  });

  it('asks the exchangers by preference and stops at the first that matches', async () => {
    const resolver = recording(
      testResolver({
        [RECORD]: {
          TXT: ['v=spf1 mx -all'],
          MX: [
            { preference: 20, exchange: 'slow.example' },
            { preference: 10, exchange: 'm.example' },
          ],
        },
        'm.example': { A: ['192.0.2.1'] },
        'slow.example': { '*': 'TIMEOUT' },
      }),
    );
    const session = { ip: '192.0.2.1', helo: '', sender: 'u@example.com' };
    expect((await evaluateSpf(session, { resolver, now: () => 0 })).result).toBe('pass');
    expect(resolver.asked).toEqual(['TXT example.com', 'MX example.com', 'A m.example']);
  });

  it('has no implicit MX, and a null MX has no address', async () => {
    expect(await resultOf('v=spf1 mx:h.example -all', { 'h.example': { A: ['192.0.2.1'] } })).toBe('fail');
    const nullMx = { 'h.example': { A: ['192.0.2.1'], MX: [{ preference: 0, exchange: '.' }] } };
    expect(await resultOf('v=spf1 mx:h.example -all', nullMx)).toBe('fail');
  });

  it('asks for A in exists, whatever the client is', async () => {
    const zone = { 'six.example': { AAAA: ['2001:db8::1'] }, 'four.example': { A: ['127.0.0.2'] } };
    expect(await resultOf('v=spf1 exists:six.example -all', zone, '2001:db8::1')).toBe('fail');
    expect(await resultOf('v=spf1 exists:four.example -all', zone, '2001:db8::1')).toBe('pass');
  });

  it('wants PTR names to lie below the target, not the other way round', async () => {
    const zone = {
      '1.2.0.192.in-addr.arpa': { PTR: ['Example.COM.'] },
      'example.com': { A: ['192.0.2.1'], TXT: ['v=spf1 ptr -all'] },
    };
    expect((await checkSpf(zone)).result).toBe('pass');
    const below = { ...zone, 'sub.example.com': 'v=spf1 ptr -all' };
    expect((await checkSpf(below, { sender: 'u@sub.example.com' })).result).toBe('fail');
  });

  it('treats %{l} and %{s} of a local part that is not ASCII as no match (RFC 8616 section 4)', async () => {
    const zone = { [RECORD]: 'v=spf1 exists:%{l}.x.example -all', '\u00e9.x.example': { A: ['127.0.0.2'] } };
    const verdict = await checkSpf(zone, { sender: '\u00c3\u00a9@example.com' });
    expect([verdict.result, verdict.trace.terms[0]!.detail]).toEqual([
      'fail',
      'the local part of the sender is not ASCII',
    ]);
  });

  it('sends names that c-ares would refuse', async () => {
    const zone = {
      [RECORD]: 'v=spf1 exists:%{l}._spf.%{d} -all',
      "o'neil+tag=x!._spf.example.com": { A: ['127.0.0.2'] },
    };
    const verdict = await checkSpf(zone, { sender: "o'neil+tag=x!@example.com" });
    expect([verdict.result, verdict.usesLocalPart]).toEqual(['pass', true]);
  });
});

describe('include and redirect', () => {
  it.each([
    ['+all', 'pass'],
    ['-all', 'softfail'],
    ['~all', 'softfail'],
    ['?all', 'softfail'],
    ['a:t.example', 'temperror'],
    ['foo', 'permerror'],
  ])('include of "%s" gives %s', async (term, result) => {
    const zone = { 'i.example': `v=spf1 ${term}`, 't.example': { A: 'SERVFAIL' } };
    expect(await resultOf('v=spf1 include:i.example ~all', zone)).toBe(result);
  });

  it('is a permerror where the record is missing, each with its own reason', async () => {
    const include = await checkSpf({ [RECORD]: 'v=spf1 include:gone.example +all' });
    expect([include.result, include.reason]).toEqual(['permerror', 'include-without-record']);
    for (const target of ['gone.example', '%{h}']) {
      const redirect = await checkSpf({ [RECORD]: `v=spf1 redirect=${target}` }, { helo: 'OEMCOMPUTER' });
      expect([redirect.result, redirect.reason]).toEqual(['permerror', 'redirect-without-record']);
    }
  });

  it('ignores redirect= where there is an all, even one in front of it', async () => {
    expect(await resultOf('v=spf1 redirect=gone.example ?all')).toBe('neutral');
  });

  it('says which record decided', async () => {
    const zone = {
      [RECORD]: 'v=spf1 include:a.example redirect=b.example',
      'a.example': 'v=spf1 ip4:203.0.113.1',
      'b.example': 'v=spf1 ~ip4:192.0.2.0/24 -all',
    };
    const verdict = await checkSpf(zone);
    expect([verdict.mechanism, verdict.decidedBy]).toEqual(['~ip4:192.0.2.0/24', 'b.example']);
    expect(verdict.detail).toBe("'~ip4:192.0.2.0/24' of b.example matched: 192.0.2.1 is in 192.0.2.0/24");
    expect(verdict.trace.terms.map(({ term, outcome }) => [term, outcome])).toEqual([
      ['include:a.example', 'no-match'],
      ['redirect=b.example', 'followed'],
    ]);
  });
});

const explain = async (zone: TestZone, options = {}) => {
  const { explanation, explainedBy } = await checkSpf(zone, {}, options);
  return [explanation, explainedBy];
};

describe('explanations (RFC 7208 section 6.2)', () => {
  it('expands the text of the record that decided', async () => {
    const zone = { [RECORD]: 'v=spf1 -all exp=why.%{d}', 'why.example.com': '%{i} is none of %{o}; ask %{r}' };
    expect(await explain(zone, { receiver: 'mx.example.net' })).toEqual([
      '192.0.2.1 is none of example.com; ask mx.example.net',
      'example.com',
    ]);
  });

  it.each([
    ['no record', {}],
    ['two records', { 'why.example': { TXT: ['a', 'b'] } }],
    ['DNS trouble', { 'why.example': { TXT: 'TIMEOUT' } }],
    ['a syntax error', { 'why.example': '%{x}' }],
    ['8-bit text', { 'why.example': 'caf\u00e9' }],
    ['macros that bring in a line feed', { 'why.example': '%{h}' }],
    ['nothing in it', { 'why.example': { TXT: [''] } }],
  ])('falls back on the default with %s', async (_, zone) => {
    const verdict = await checkSpf(
      { [RECORD]: 'v=spf1 -all exp=why.example', ...zone },
      { helo: 'a\nb.example' },
      { explanation: 'DEFAULT for %{o}' },
    );
    expect([verdict.result, verdict.explanation, verdict.explainedBy]).toEqual([
      'fail',
      'DEFAULT for example.com',
      undefined,
    ]);
  });

  it('does not use that of an included record, nor that of a record before a redirect', async () => {
    const texts = { 'x1.example': 'one', 'x2.example': 'two' };
    const include = { [RECORD]: 'v=spf1 include:i.example -all', 'i.example': 'v=spf1 -all exp=x1.example', ...texts };
    expect((await explain(include, { explanation: 'DEFAULT' }))[0]).toBe('DEFAULT');
    const redirect = {
      [RECORD]: 'v=spf1 exp=x1.example redirect=i.example',
      'i.example': 'v=spf1 -all exp=x2.example',
      ...texts,
    };
    expect(await explain(redirect)).toEqual(['two', 'i.example']);
  });

  it('asks beyond the limits without changing the result, and stays short', async () => {
    const zone = {
      [RECORD]: 'v=spf1 a:x.example a:y.example -all exp=why.%{p}',
      'why.unknown': '%{s}'.repeat(20_000),
    };
    const verdict = await checkSpf(zone, { sender: `${'x'.repeat(60)}@example.com` });
    expect([verdict.result, verdict.lookups.terms]).toEqual(['fail', 2]);
    expect(verdict.explanation!.length).toBe(1000);
  });
});

describe('what the receiver adds', () => {
  it('tries local rules before what refuses, and after what the domain allows', async () => {
    const localRules = 'ip4:192.0.2.1';
    const verdict = await checkSpf({ [RECORD]: 'v=spf1 -a:x.example mx -ip4:192.0.2.0/24 -all' }, {}, { localRules });
    expect([verdict.result, verdict.mechanism, verdict.localPolicy]).toEqual(['pass', 'ip4:192.0.2.1', true]);
    const allowed = await checkSpf({ [RECORD]: 'v=spf1 ip4:192.0.2.1 -all' }, {}, { localRules: '-all' });
    expect([allowed.result, allowed.localPolicy]).toEqual(['pass', false]);
  });

  it('guesses only where there is no record, and only what the guess is sure of', async () => {
    const guess = 'v=spf1 a/24 mx ptr';
    const near = { [RECORD]: { A: ['192.0.2.99'] } };
    const guessed = await checkSpf(near, {}, { guess });
    expect([guessed.result, guessed.localPolicy, guessed.trace.origin]).toEqual(['pass', true, 'guess']);
    expect((await checkSpf({ [RECORD]: { A: ['203.0.113.1'] } }, {}, { guess })).result).toBe('none');
    expect((await checkSpf(near, {}, { guess: 'v=spf1 nonsense' })).reason).toBe('no-record');
    expect((await checkSpf({ [RECORD]: 'v=spf1 -all' }, {}, { guess: 'v=spf1 +all' })).result).toBe('fail');
  });

  it('does not guess for what is not a domain (RFC 7208 section 4.3)', async () => {
    for (const domain of ['example', 'a..example.com']) {
      const verdict = await checkSpf({}, { sender: `user@${domain}` }, { guess: 'v=spf1 +all' });
      expect(verdict).toMatchObject({ result: 'none', reason: 'malformed-domain', localPolicy: false });
    }
  });
});

it.each(['1.2.3', '010.0.0.1', '::1%eth0', '', '1.2.3.4/24', 'example.com'])('refuses the address %j', async (ip) => {
  await expect(checkSpf({}, { ip })).rejects.toMatchObject({ code: 'bad-ip-address', kind: 'permanent' });
});

it('reads a record of 64 KB with thousands of terms', async () => {
  const record = `v=spf1${' ip4:203.0.113.1'.repeat(4000)} ip4:192.0.2.1 -all`;
  const verdict = await checkSpf({ [RECORD]: record });
  expect([verdict.result, verdict.trace.terms.length]).toEqual(['pass', 4001]);
});
