/**
 * What sign writes passes elsewhere, and what others sign passes here: awkward messages, all canonicalisations, RSA of 1,024
 * to 4,096 bits and Ed25519. A pair is left out only where the peer has a fault, and then with the paragraph that says so.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyMessage } from '../../src/lib/verify-message.ts';
import { AWKWARD, withLf } from '../support/awkward-messages.ts';
import { runInMemory } from '../support/context.ts';
import { DKIM_PEERS, type SigningJob } from '../support/dkim-peers.ts';
import { leaveOut } from '../support/peers.ts';
import { KEY_NAMES, keyOwner, keyPath, keyRecord, type KeyName, NOW, textResolver } from '../support/vectors.ts';

const FORMS = ['simple', 'relaxed'] as const;
const CANONICALIZATIONS = FORMS.flatMap((header) => FORMS.map((body) => ({ header, body })));
const SIGNERS: readonly KeyName[] = ['rsa1024', 'rsa2048', 'rsa4096', 'ed25519'];

const MESSAGES: Readonly<Record<string, string>> = {
  ...AWKWARD,
  ...Object.fromEntries(Object.entries(AWKWARD).map(([name, message]) => [`${name}-lf`, withLf(message)])),
};

interface Fault {
  readonly peer: string;
  readonly because: string;
  /** Without these, the fault is there for each. */
  readonly message?: string;
  readonly header?: string;
  readonly body?: string;
  /** It is there only where the peer signs with this key. */
  readonly signsWith?: KeyName;
}

/** What is left out: where a peer does not do what the paragraph asks for. */
const FAULTS: readonly Fault[] = [
  { peer: 'dkimpy', message: 'space-before-colon', because: 'knows no blank before a colon (RFC 5322 section 4.5)' },
  { peer: 'OpenDKIM', message: 'space-before-colon', because: 'finds no From then (RFC 5322 section 4.5)' },
  ...['empty-values', 'tabs', 'folded'].map((message) => ({
    peer: 'OpenDKIM',
    message,
    header: 'simple',
    because: 'reads files so that one blank stands behind each colon (RFC 6376 section 3.4.1: nothing is changed)',
  })),
  {
    peer: 'OpenDKIM',
    message: 'no-final-newline',
    body: 'relaxed',
    because: 'refuses a body without a final line end (RFC 6376 section 3.4.4)',
  },
  {
    peer: 'OpenDKIM',
    header: 'simple',
    signsWith: 'ed25519',
    because:
      'hashes its own field with other folds than it writes; it does not verify here either (RFC 6376 section 3.7)',
  },
  {
    peer: 'Mail::DKIM',
    message: 'no-final-newline',
    body: 'simple',
    because: 'adds no line end to a body without a final one (RFC 6376 section 3.4.3)',
  },
];

interface Pair {
  readonly peer: string;
  readonly name: string;
  readonly header: string;
  readonly body: string;
  readonly signsWith?: KeyName;
}

function isLeftOut({ peer, name, header, body, signsWith }: Pair): boolean {
  return FAULTS.some(
    (fault) =>
      fault.peer === peer &&
      (fault.message ?? name.replace(/-lf$/, '')) === name.replace(/-lf$/, '') &&
      (fault.header ?? header) === header &&
      (fault.body ?? body) === body &&
      (fault.signsWith ?? signsWith) === signsWith,
  );
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dktool-interop-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function sign(message: string, args: readonly string[]): Promise<string> {
  const { status, stderr, output } = await runInMemory(['sign', '-q', '--timestamp', String(NOW), ...args], message);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return output;
}

interface Signed {
  readonly name: string;
  readonly header: string;
  readonly body: string;
  /** One file for each key of SIGNERS, in their order. */
  readonly files: readonly string[];
}

describe('what sign writes', () => {
  const signed: Signed[] = [];

  // Four signatures in one go, then each put on top of a message of its own.
  beforeAll(async () => {
    const keys = SIGNERS.flatMap((name) => ['-k', keyPath(name), '-s', name]);
    for (const [name, message] of Object.entries(MESSAGES)) {
      for (const { header, body } of CANONICALIZATIONS) {
        const output = await sign(message, [...keys, '-c', `${header}/${body}`]);
        const fields = output.slice(0, -message.length).split(/^(?=DKIM-Signature: )/m);
        expect(fields).toHaveLength(SIGNERS.length);
        const files = fields.map((field, i) => {
          const file = join(folder, `${name}.${header}-${body}-${SIGNERS[i]}.eml`);
          writeFileSync(file, `${field}${output.slice(-message.length)}`, 'latin1');
          return file;
        });
        signed.push({ name, header, body, files });
      }
    }
  }, 60_000);

  it('is the input, byte for byte, behind the new field', () => {
    expect(signed).toHaveLength(Object.keys(MESSAGES).length * CANONICALIZATIONS.length);
    for (const { name, files } of signed) {
      const message = MESSAGES[name]!;
      const output = readFileSync(files[0]!, 'latin1');
      expect(output.slice(-message.length)).toBe(message);
      const field = output.slice(0, -message.length);
      expect(field).toMatch(/^DKIM-Signature: [^]*\n(?![^])/);
      expect([...new Set(field.match(/\r?\n/g))]).toEqual([name.endsWith('-lf') ? '\n' : '\r\n']);
    }
  });

  it.for(DKIM_PEERS)('passes at $name', { timeout: 60_000 }, async (peer, { skip }) => {
    const pairs = signed
      .filter(({ name, header, body }) => !isLeftOut({ peer: peer.name, name, header, body }))
      .flatMap(({ files }) => files.map((file, i) => ({ file, key: SIGNERS[i]! })))
      .filter(({ key }) => peer.keys.includes(key));
    const verdicts = await peer.verify(
      folder,
      pairs.map(({ file }) => file),
    );
    if (verdicts === undefined) leaveOut(`${peer.name} is not installed (Debian package ${peer.debianPackage})`, skip);
    const faults = pairs.flatMap(({ file, key }, i) =>
      verdicts[i]![key] === true ? [] : [`${file.slice(folder.length + 1)}: ${JSON.stringify(verdicts[i])}`],
    );
    expect(faults).toEqual([]);
  });
});

describe('what others sign', () => {
  const { resolver } = textResolver(Object.fromEntries(KEY_NAMES.map((name) => [keyOwner(name), keyRecord(name)])));

  it.for(DKIM_PEERS)('passes here: $name', { timeout: 60_000 }, async (peer, { skip }) => {
    const jobs: SigningJob[] = [];
    for (const [name, text] of Object.entries(peer.signsLf ? MESSAGES : AWKWARD)) {
      const message = join(folder, `${name}.unsigned.eml`);
      writeFileSync(message, text, 'latin1');
      for (const key of peer.keys.filter((one) => one === 'rsa2048' || one === 'ed25519')) {
        for (const { header, body } of CANONICALIZATIONS) {
          if (isLeftOut({ peer: peer.name, name, header, body, signsWith: key })) continue;
          jobs.push({
            message,
            out: join(folder, `${name}.${peer.name}-${key}-${header}-${body}.eml`),
            key,
            header,
            body,
          });
        }
      }
    }
    const answers = await peer.sign(folder, jobs);
    if (answers === undefined) leaveOut(`${peer.name} is not installed (Debian package ${peer.debianPackage})`, skip);
    const faults: string[] = [];
    for (const [i, job] of jobs.entries()) {
      const name = job.out.slice(folder.length + 1);
      if (JSON.stringify(answers[i]) !== '{}') {
        faults.push(`${name}: ${JSON.stringify(answers[i])}`);
        continue;
      }
      const { dkim } = await verifyMessage(readFileSync(job.out), { resolver, now: NOW });
      const [verdict] = dkim.signatures;
      if (verdict?.result !== 'pass') faults.push(`${name}: ${verdict?.detail}`);
    }
    expect(faults).toEqual([]);
  });
});
