import { describe, expect, it } from 'vitest';
import { parseZone } from '../../../../src/lib/dns/zones/file.ts';
import { MAX_ALIASES, zoneResolver } from '../../../../src/lib/dns/zones/zone.ts';

const zone = (...texts: string[]) =>
  zoneResolver(texts.map((text, i) => parseZone(`zone-${i}`, Buffer.from(text, 'utf8'))));

describe('a master file as a resolver', () => {
  const resolver = zone(`
$ORIGIN example.com.
@            300 IN MX 10 mx
mx           A    192.0.2.1
a.b.c        TXT  "deep"
*.wild       TXT  "any"
x.wild       A    192.0.2.2
www          CNAME mx
chain        CNAME www
away         CNAME elsewhere.example.
gone         CNAME nowhere
one          CNAME two
two          CNAME one
`);

  it('finds records whatever the case of the name', () => {
    expect(resolver.query('EXAMPLE.com', 'MX')).toMatchObject({
      status: 'found',
      records: [{ preference: 10, exchange: 'mx.example.com' }],
      ttl: 300,
      server: 'zone-0',
    });
  });

  it('tells a name that does not exist from one that has no such record', () => {
    expect(resolver.query('nobody.example.com', 'TXT').status).toBe('nxdomain');
    expect(resolver.query('mx.example.com', 'TXT').status).toBe('nodata');
  });

  it('lets a name exist that has records only below it (RFC 8020)', () => {
    expect(resolver.query('b.c.example.com', 'TXT').status).toBe('nodata');
    expect(resolver.query('c.example.com', 'A').status).toBe('nodata');
    expect(resolver.query('x.b.c.example.com', 'A').status).toBe('nxdomain');
  });

  it('answers from a wildcard only where no closer name exists (RFC 4592)', () => {
    expect(resolver.query('sel._domainkey.wild.example.com', 'TXT')).toMatchObject({ records: [['any']] });
    expect(resolver.query('y.wild.example.com', 'A').status).toBe('nodata');
    expect(resolver.query('x.wild.example.com', 'TXT').status).toBe('nodata');
    expect(resolver.query('y.x.wild.example.com', 'TXT').status).toBe('nxdomain');
  });

  it('follows aliases and names them', () => {
    expect(resolver.query('chain.example.com', 'A')).toMatchObject({
      records: ['192.0.2.1'],
      aliases: ['www.example.com', 'mx.example.com'],
    });
    expect(resolver.query('chain.example.com', 'CNAME')).toMatchObject({ records: ['www.example.com'] });
  });

  it('says what the end of a chain says', () => {
    expect(resolver.query('gone.example.com', 'A')).toMatchObject({ status: 'nxdomain' });
    expect(resolver.query('away.example.com', 'A')).toMatchObject({
      status: 'nxdomain',
      aliases: ['elsewhere.example'],
    });
    expect(resolver.query('www.example.com', 'TXT')).toMatchObject({ status: 'nodata' });
  });

  it('calls a loop of aliases and an endless chain trouble', () => {
    expect(resolver.query('one.example.com', 'A')).toMatchObject({ status: 'temperror', reason: 'cname-loop' });
    const links = Array.from({ length: MAX_ALIASES + 2 }, (_, i) => `n${i}.example. CNAME n${i + 1}.example.`);
    const long = zone(links.join('\n'));
    expect(long.query('n0.example', 'A')).toMatchObject({ status: 'temperror', reason: 'cname-loop' });
    expect(long.query('n2.example', 'A')).toMatchObject({ status: 'nxdomain' });
  });

  it('cannot be asked for a name that no packet could carry', () => {
    for (const name of ['a..example', '.example', `${'x'.repeat(64)}.example`, `${'abc.'.repeat(64)}example`, 'a.']) {
      expect(resolver.query(name, 'A')).toMatchObject({ status: 'temperror', reason: 'bad-name' });
    }
  });
});

describe('several zone files', () => {
  it('answer as one, and a record that is in both counts once', () => {
    const resolver = zone('a.example. TXT "1"\n', 'a.example. TXT "1"\na.example. TXT "2"\n', '+b.example:192.0.2.9\n');
    expect(resolver.query('a.example', 'TXT')).toMatchObject({ records: [['1'], ['2']] });
    expect(resolver.query('b.example', 'A')).toMatchObject({ records: ['192.0.2.9'], server: 'zone-2' });
  });

  it('follow an alias from one to the other', () => {
    const resolver = zone('{"b.example": {"TXT": ["here"]}}', 'a.example. CNAME b.example.\n');
    expect(resolver.query('a.example', 'TXT')).toMatchObject({ records: [['here']], aliases: ['b.example'] });
  });

  it('take the least TTL of a set', () => {
    expect(zone('a.example. 60 A 192.0.2.1\na.example. 30 A 192.0.2.2\n').query('a.example', 'A').ttl).toBe(30);
  });
});

describe('zone JSON as a resolver', () => {
  const resolver = zone(
    JSON.stringify({
      'k._domainkey.Example.com.': { TXT: [['v=DKIM1; ', 'p=abc'], 'caf\u00e9'] },
      'slow.example': { '*': 'TIMEOUT', A: ['192.0.2.1'] },
      'broken.example': { TXT: 'SERVFAIL', A: ['192.0.2.1'] },
      'partly.example': { A: 'NXDOMAIN' },
      'alias.example': { CNAME: ['slow.example'] },
      'twice.example': { TXT: ['v=spf1 -all', 'v=spf1 -all'], MX: [{ preference: 5, exchange: 'mx.example.' }] },
      'six.example': { AAAA: ['CAFE:BABE::1'], SPF: ['ignored'] },
      '*.star.example': { A: ['192.0.2.7'] },
    }),
  );

  it('gives the strings of a record, one octet a character', () => {
    expect(resolver.query('k._domainkey.example.com', 'TXT')).toMatchObject({
      records: [['v=DKIM1; ', 'p=abc'], ['caf\xe9']],
    });
  });

  it('takes names as they stand: nothing above or beside them exists', () => {
    expect(resolver.query('example.com', 'A').status).toBe('nxdomain');
    expect(resolver.query('_domainkey.example.com', 'TXT').status).toBe('nxdomain');
    expect(resolver.query('a.star.example', 'A').status).toBe('nxdomain');
  });

  it('answers markers for their type, or for all types without records', () => {
    expect(resolver.query('slow.example', 'TXT')).toMatchObject({ status: 'temperror', reason: 'timeout' });
    expect(resolver.query('slow.example', 'A')).toMatchObject({ status: 'found' });
    expect(resolver.query('broken.example', 'TXT')).toMatchObject({ status: 'temperror', reason: 'servfail' });
    expect(resolver.query('broken.example', 'A')).toMatchObject({ status: 'found' });
    expect(resolver.query('partly.example', 'A').status).toBe('nxdomain');
    expect(resolver.query('partly.example', 'TXT').status).toBe('nodata');
    expect(resolver.query('alias.example', 'MX')).toMatchObject({ status: 'temperror', aliases: ['slow.example'] });
  });

  it('keeps identical records, and writes addresses and names in one way', () => {
    expect(resolver.query('twice.example', 'TXT')).toMatchObject({ records: [['v=spf1 -all'], ['v=spf1 -all']] });
    expect(resolver.query('twice.example', 'MX')).toMatchObject({ records: [{ exchange: 'mx.example' }] });
    expect(resolver.query('six.example', 'AAAA')).toMatchObject({ records: ['cafe:babe::1'] });
    expect(resolver.query('six.example', 'TXT').status).toBe('nodata');
  });
});
