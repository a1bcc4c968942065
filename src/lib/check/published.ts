/** The record of a key, held against the key, or judged by itself where the key is not at hand. */
import type { PrivateKey } from '../crypto/private-key.ts';
import { type ExpectedKey, type KeyFinding, keyNameOf, KeyWords } from '../keys/published/finding.ts';
import { parseKeyRecord } from '../keys/key-record.ts';
import { publishedKeyFindings } from '../keys/published/compare.ts';
import { askAround } from '../keys/published/lookup.ts';
import { readPublishedRecord } from '../keys/record-source.ts';
import type { Answer, Resolver } from '../dns/resolver.ts';
import { joinStrings } from '../dns/txt-formats/text.ts';
import { DktoolError } from '../errors.ts';

export interface PublishedKey {
  readonly domain: string;
  readonly selector: string;
  /** `undefined`: not at hand. */
  readonly key: PrivateKey | undefined;
  /** Of `key`. */
  readonly path: string | undefined;
  /** For the record's name. */
  readonly answer: Answer<'TXT'>;
}

/**
 * What is wrong with a record, worst first. That the key is weak is left out: it is reported with the key file.
 *
 * @param randomLabel as `askForPublishedKey` wants it
 */
export async function publishedFindings(
  published: PublishedKey,
  resolver: Resolver,
  randomLabel: string,
): Promise<KeyFinding[]> {
  const { answer, domain, selector, key, path } = published;
  const place = { domain, selector, keyFile: path };
  const answers = await askAround(resolver, place, answer, randomLabel);
  const expected = key === undefined ? itself(published) : { ...place, ...keyFacts(key) };
  if ('severity' in expected) return [expected];
  const findings = await publishedKeyFindings(expected, answers);
  return key === undefined ? findings : findings.filter(({ code }) => code !== 'key-weak');
}

function keyFacts({ type, bits, publicKeyBytes }: PrivateKey): Pick<ExpectedKey, 'type' | 'bits' | 'publicKeyBytes'> {
  return { type, bits, publicKeyBytes };
}

/** Without the key, the record is to be the one that it is; what cannot be read is a finding. */
function itself({ answer, domain, selector }: PublishedKey): ExpectedKey | KeyFinding {
  const unknown: ExpectedKey = {
    domain,
    selector,
    type: 'rsa',
    bits: 2048,
    publicKeyBytes: Buffer.from([0]),
    isUnknown: true,
  };
  const texts = answer.status === 'found' ? answer.records.map(joinStrings) : [];
  const text = texts.find((one) => parseKeyRecord(one).ok) ?? texts.find((one) => /\bp=/.test(one));
  if (text === undefined) return unknown;
  try {
    const { type, bits, publicKeyBytes } = readPublishedRecord(text, keyNameOf({ domain, selector }));
    return bits === 0 ? unknown : { domain, selector, type, bits, publicKeyBytes };
  } catch (error) {
    if (!(error instanceof DktoolError)) throw error;
    return new KeyWords(unknown).finding('error', 'record-syntax', {
      observed: error.message,
      expected: 'a record with a public key that verifiers can use',
      remedy: 'publish the record of the key again: dktool dns-record with -k prints it',
    });
  }
}
