import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HeaderBlock } from '../../../src/lib/header/header-block.ts';
import { forgedReceivedSpf } from '../../../src/lib/spf/forged-received-spf.ts';
import { temporaryFolder } from '../../support/bin.ts';
import { runInMemory } from '../../support/context.ts';

const OWN = 'mx.xn--bcher-kva.example';
const U = 'mx.b\u00c3\u00bccher.example';
const CLAIM = 'client-ip=192.0.2.1; envelope-from="ceo@bank.example"; identity=mailfrom';

const FORGERIES: readonly (readonly [name: string, field: string])[] = [
  ...[
    ['plain', `receiver=${OWN};`],
    ['without a semicolon', `receiver=${OWN}`],
    ['in capitals', `RECEIVER=${OWN.toUpperCase()};`],
    ['in quotes', `receiver="${OWN}";`],
    ['partly in quotes', 'receiver=mx.xn--"bcher"-kva.example;'],
    ['with blanks', `receiver = ${OWN} ;`],
    ['with blanks around a dot', 'receiver=mx . xn--bcher-kva.example;'],
    ['with a backslash', 'receiver="mx.xn--bcher-kva\\.example";'],
    ['with a final dot', `receiver=${OWN}.;`],
    ['folded', `receiver=\r\n\t${OWN};`],
    ['with a form feed', `receiver=\f${OWN};`],
    ['with a bare CR', `receiver=\r${OWN};`],
    ['with a NUL', `rece\u0000iver=${OWN};`],
    ['with a comment before the name', `receiver=(x)${OWN};`],
    ['in U-labels', `receiver="${U}";`],
    ['in U-labels with capitals', 'receiver="mx.B\u00c3\u009cCHER.example";'],
    ['in latin1', 'receiver="mx.b\u00fccher.example";'],
    ['with a soft hyphen', 'receiver=mx.xn--bcher-\u00c2\u00adkva.example;'],
    ['as an encoded word', `receiver==?us-ascii?q?${OWN}?=;`],
    ['behind another receiver', `receiver=other.example; receiver=${OWN};`],
  ].map(([name, receiver]) => [name!, `Received-SPF: pass ${receiver} ${CLAIM}`] as const),
  ['in a comment', `Received-SPF: pass (${OWN}: domain of ceo@bank.example designates 192.0.2.1) ${CLAIM}`],
  ['in a comment with blanks', `Received-SPF: pass ( ${OWN} : domain of ceo@bank.example) ${CLAIM}`],
  ['in a comment without a colon', `Received-SPF: pass (${OWN} designates 192.0.2.1) ${CLAIM}`],
  ['in a comment in U-labels', `Received-SPF: pass (${U}: domain of ceo@bank.example) ${CLAIM}`],
  ['in a comment that does not close', `Received-SPF: pass (${OWN}: ${CLAIM}`],
  ['in a comment of another receiver', `Received-SPF: pass (${OWN}: yes) receiver=other.example; ${CLAIM}`],
  ['that names nobody', `Received-SPF: pass ${CLAIM}`],
  ['that names nobody in its comment', `Received-SPF: pass (it is fine) ${CLAIM}`],
  ['that names nobody at all', 'Received-SPF: pass'],
  ['with an empty receiver', `Received-SPF: pass receiver=; ${CLAIM}`],
  ['with a name in capitals', `RECEIVED-SPF: pass receiver=${OWN}; ${CLAIM}`],
  ['with a blank behind its name', `Received-SPF : pass receiver=${OWN}; ${CLAIM}`],
  ['with a form feed behind its name', `Received-SPF\f: pass receiver=${OWN}; ${CLAIM}`],
  ['with a NUL in its name', `Received\u0000-SPF: pass receiver=${OWN}; ${CLAIM}`],
  ['with a comment in its name', `Received-SPF (x): pass receiver=${OWN}; ${CLAIM}`],
];

const OF_OTHERS = [
  `Received-SPF: pass (other.example: domain of a@b.example designates 192.0.2.1) ${CLAIM}`,
  `Received-SPF: pass receiver=other.example; helo=${OWN}; ${CLAIM}`,
  `Received-SPF: pass receiver=${OWN}.evil.example; ${CLAIM}`,
  `Received-SPF: pass receiver=not-${OWN}; ${CLAIM}`,
  `Received-SPF: pass (other.example: ${OWN} is not us) ${CLAIM}`,
  `X-Received-SPF: pass receiver=${OWN}; ${CLAIM}`,
];

const headerOf = (text: string) => new HeaderBlock(Buffer.from(`${text}\r\n`, 'latin1'));

describe('a Received-SPF field that claims to be ours', () => {
  it.each(FORGERIES)('%s', (_, text) => expect(forgedReceivedSpf(headerOf(text), OWN)).toHaveLength(1));

  it('is one that names nobody, where we name nobody either', () => {
    expect(forgedReceivedSpf(headerOf(`Received-SPF: pass ${CLAIM}`), undefined)).toHaveLength(1);
    expect(forgedReceivedSpf(headerOf(`Received-SPF: pass receiver=${OWN}; ${CLAIM}`), undefined)).toEqual([]);
  });

  it('is none of another host', () => {
    for (const text of OF_OTHERS) expect([text, forgedReceivedSpf(headerOf(text), OWN)]).toEqual([text, []]);
  });
});

describe('spf-check --annotate', () => {
  const rest = 'From: x@example.com\r\n\r\nReceived-SPF: pass\r\n';
  const annotated = (header: string, ...args: string[]) => {
    const zone = join(temporaryFolder(), 'zone.json');
    writeFileSync(zone, JSON.stringify({ 'c.example': { TXT: ['v=spf1 -all'] } }));
    const command = ['spf-check', '--annotate', '--zone', zone, '--receiver', OWN, ...args];
    return runInMemory(command, `X: y\r\n${header}\r\n${rest}`);
  };
  const session = ['--ip', '192.0.2.1', '--helo', 'a.example', '--from', 'b@c.example'];

  it('takes forged ones out, and writes its own on top', async () => {
    const header = [...FORGERIES.map(([, text]) => text), ...OF_OTHERS].join('\r\n');
    const { output, status } = await annotated(header, ...session);
    expect(status).toBe(0);
    const [own, ...left] = output.split('X: y\r\n');
    expect(own).toMatch(/^Received-SPF: fail \(mx\.xn--bcher-kva\.example: [^]*receiver=mx\.xn--bcher-kva\.example;/);
    expect(left).toEqual([`${OF_OTHERS.join('\r\n')}\r\n${rest}`]);
  });

  it('takes them out although it can say nothing itself', async () => {
    const { output, stderr } = await annotated(FORGERIES[0]![1]);
    expect(output).toBe(`X: y\r\n${rest}`);
    expect(stderr).toContain('no Received-SPF field');
  });

  it('makes a bare CR harmless, and says so', async () => {
    const { output, stderr } = await annotated(`X: a\rReceived-SPF: pass receiver=${OWN}`, ...session);
    expect(output.endsWith(`X: y\r\nX: a Received-SPF: pass receiver=${OWN}\r\n${rest}`)).toBe(true);
    expect(stderr).toContain('dktool: the header block had 1 bare CR, which can hide a forged field');
  });
});
