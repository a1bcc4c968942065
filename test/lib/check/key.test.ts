import { describe, expect, it } from 'vitest';
import { checkKey } from '../../../src/lib/check/key.ts';
import { keyFileFindings } from '../../../src/lib/check/key-file.ts';
import type { KeyFacts } from '../../../src/lib/check/key-facts.ts';
import { readPrivateKey } from '../../../src/lib/crypto/private-key.ts';
import type { Answer, RecordType, Resolver } from '../../../src/lib/dns/resolver.ts';
import { readFileSync } from 'node:fs';
import { BROKEN_KEY_FILES, GOOD_FACTS, SIGNER } from '../../support/broken-key-files.ts';
import { keyPath, keyRecord, NOW } from '../../support/vectors.ts';

const SETTINGS = { now: NOW, maxAge: undefined, signer: SIGNER, randomLabel: 'r4nd0m' };

describe('a key file', () => {
  it('that only the signer can read is well kept', () => {
    expect(keyFileFindings(GOOD_FACTS, SETTINGS)).toEqual([]);
  });

  it.each(BROKEN_KEY_FILES)('$code: $says', ({ code, severity, facts, says, remedy }) => {
    const findings = keyFileFindings(facts, SETTINGS);
    const named = findings.find((finding) => finding.code === code);
    expect(named).toMatchObject({ severity });
    expect(named!.observed).toContain(says);
    expect(named!.remedy).toContain(remedy);
  });

  it("is root's to read, whatever its mode", () => {
    const facts = { ...GOOD_FACTS, file: { ...GOOD_FACTS.file!, mode: 0 } };
    const root = { name: 'root', id: 0, group: 'root', groups: [0] };
    expect(keyFileFindings(facts, { ...SETTINGS, signer: root })).toEqual([]);
  });

  it('that a common group can change is wrong once', () => {
    const file = { ...GOOD_FACTS.file!, mode: 0o660, group: { id: 100, name: 'users' } };
    const findings = keyFileFindings({ ...GOOD_FACTS, file }, { ...SETTINGS, signer: undefined });
    expect(findings.map(({ code }) => code)).toEqual(['key-group-common']);
  });

  it('has its path quoted for the shell in remedies', () => {
    const file = { ...GOOD_FACTS.file!, mode: 0o604 };
    const findings = keyFileFindings({ ...GOOD_FACTS, path: "/k/it's here", file }, { ...SETTINGS, signer: undefined });
    expect(findings.map(({ remedy }) => remedy)).toEqual([`"chmod o= '/k/it'\\''s here'"`]);
  });
});

/** Answers of the key's name, one after the other; the last one stays. */
function changingResolver(...texts: readonly string[]): Resolver {
  let asked = 0;
  return {
    query<T extends RecordType>(name: string): Answer<T> {
      if (!name.startsWith('s1.')) return { status: 'nxdomain' };
      const text = texts[Math.min(asked++, texts.length - 1)]!;
      return { status: 'found', records: [[text]] } as unknown as Answer<T>;
    },
  };
}

const facts = async (): Promise<KeyFacts> => ({
  ...GOOD_FACTS,
  key: await readPrivateKey(readFileSync(keyPath('rsa2048'))),
});

const codesOf = async (resolver: Resolver) => {
  const { parts, checked } = await checkKey(await facts(), SETTINGS, resolver);
  return [checked.isConfirmed, ...parts.flatMap(({ findings }) => findings.map(({ code }) => code))];
};

describe('a key and its record', () => {
  it('go together', async () => {
    expect(await codesOf(changingResolver(keyRecord('rsa2048')))).toEqual([true]);
  });

  it('are judged by a signature too: name servers that disagree show there', async () => {
    expect(await codesOf(changingResolver(keyRecord('rsa2048'), keyRecord('rsa1024')))).toEqual([
      false,
      'probe-failed',
    ]);
  });
});
