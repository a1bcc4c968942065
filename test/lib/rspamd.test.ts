import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRspamdMap, readRspamdSigning } from '../../src/lib/rspamd/dkim-signing.ts';
import { parseUcl } from '../../src/lib/rspamd/ucl.ts';

function read(text: string) {
  const parsed = parseUcl(text);
  if (!parsed.ok) throw new Error(`line ${parsed.line} ${parsed.problem}`);
  return { ...parsed, signing: readRspamdSigning(parsed.value) };
}

describe('parseUcl', () => {
  it('reads what configuration files have', () => {
    const { value, includes } = read(`
# a comment
/* and /* one within */ another */
name = "quoted; \\"value\\"";
bare = /var/lib/$domain.key # behind it
colon: 'single'
list = [one, "two"; three]
section { inner = 1; deeper "named" { x = y } }
section { more = 2 }
text = <<EOD
two
lines
EOD
.include(try=true; priority=1) "$LOCAL_CONFDIR/local.d/x.conf"
.include "/etc/y.conf"
`);
    const plain = (one: unknown): unknown =>
      one instanceof Map ? Object.fromEntries([...one].map(([name, inner]) => [name, plain(inner)])) : one;
    expect(plain(value)).toEqual({
      name: 'quoted; "value"',
      bare: '/var/lib/$domain.key',
      colon: 'single',
      list: ['one', 'two', 'three'],
      section: { inner: '1', deeper: { named: { x: 'y' } }, more: '2' },
      text: 'two\nlines',
    });
    expect(includes).toEqual([
      { path: '$LOCAL_CONFDIR/local.d/x.conf', isOptional: true },
      { path: '/etc/y.conf', isOptional: false },
    ]);
  });

  it.each([
    ['a {\n b = 1;', 2, 'still open'],
    ['a = 1;\n}', 2, 'closes nothing'],
    ['a = [1, 2', 1, 'a list is still open'],
    ['\n\na;', 3, 'without a value'],
    ['/* x', 1, 'comment that is not closed'],
    ['a { '.repeat(30), 1, 'sections nested more than 16 deep'],
  ])('says where %j ends to make sense', (text, line, problem) => {
    const parsed = parseUcl(text);
    expect(parsed).toMatchObject({ ok: false, line });
    expect((parsed as { problem: string }).problem).toContain(problem);
  });

  it('never throws and takes linear time', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('a', '{', '}', '[', ']', '=', ';', '"', "'", '\\', '#', '/', '*', '<', '.', '\n', ' '),
        }),
        (text) => void parseUcl(text),
      ),
    );
    for (const piece of ['/*', '"', 'a{', '[', '<<A\n', '.x ', '#', 'a =', ' ;', 'a "b" ']) {
      parseUcl(piece.repeat(100_000));
    }
  });
});

describe('readRspamdSigning', () => {
  it('has the defaults of rspamd', () => {
    expect(read('').signing).toMatchObject({
      isEnabled: true,
      hasFallback: true,
      fallback: { selector: 'dkim', path: '/var/lib/rspamd/dkim/$domain.$selector.key' },
    });
  });

  it('reads domains, each with one key or several', () => {
    const { signing } = read(`
      selector = "s";
      domain {
        one.example { path = "/k/one"; selector = "a"; }
        two.example { selectors [ { path = "/k/rsa"; selector = "r"; }, { path = "/k/ed"; selector = "e"; } ] }
      }`);
    expect([...signing.domains]).toEqual([
      ['one.example', [{ selector: 'a', path: '/k/one' }]],
      [
        'two.example',
        [
          { selector: 'r', path: '/k/rsa' },
          { selector: 'e', path: '/k/ed' },
        ],
      ],
    ]);
  });

  it('tells the kinds of maps apart, and keys that are elsewhere', () => {
    const { signing } = read('selector_map = "/etc/s.map"; path_map = "https://h/p"; use_redis = true;');
    expect(signing).toMatchObject({
      selectorMap: { kind: 'file', path: '/etc/s.map' },
      pathMap: { kind: 'foreign', source: 'https://h/p' },
      keyStore: 'redis',
    });
    expect(read('dkim_signing { try_fallback = false; enabled = no }').signing).toMatchObject({
      hasFallback: false,
      isEnabled: false,
    });
  });

  it('reads the lines of a map', () => {
    expect([...parseRspamdMap('# x\nA.example  s1 # y\n"b.example" "/k/b key"\nnothing\n')]).toEqual([
      ['a.example', 's1'],
      ['b.example', '/k/b key'],
    ]);
  });
});
