/** Messages that are signed, damaged, explained and put back by a recipe: all of it by other code than the engine's. */
import { MessageSplitter } from '../../src/lib/message/message-splitter.ts';
import { KeyCache } from '../../src/lib/keys/lookup.ts';
import type { Effort } from '../../src/lib/explain/effort.ts';
import { explainMessage } from '../../src/lib/explain/explain.ts';
import type { Explanation } from '../../src/lib/explain/explanation.ts';
import type { MessageVerdict } from '../../src/lib/verify-message.ts';
import { verifyMessage } from '../../src/lib/verify-message.ts';
import { signByHand } from './hand-signer.ts';
import { splitMessage } from './canonicalize-oracle.ts';
import { keyRecord, keyOwner, type KeyName, NOW, textResolver, KEY_NAMES } from './vectors.ts';

/** A message in latin1: fields with LF folds, without their ends, and a body of LF lines. */
export interface Mail {
  readonly fields: readonly string[];
  readonly body: string;
}

export const records = Object.fromEntries(KEY_NAMES.map((name) => [keyOwner(name), keyRecord(name)]));

export const asMail = (message: string): Mail => {
  const { fields, body } = splitMessage(message.replaceAll('\r\n', '\n'));
  return { fields: fields.map((field) => field.replaceAll('\r\n', '\n')), body };
};

export const asText = ({ fields, body }: Mail) => `${fields.map((field) => `${field}\n`).join('')}\n${body}`;

export function signed(
  mail: Mail,
  c: string,
  key: KeyName,
  tags: Readonly<Record<string, string | undefined>> = {},
): Mail {
  const h =
    'From:From:To:To:Cc:Cc:Reply-To:Subject:Subject:Date:Message-ID:References:MIME-Version:Content-Type:Content-Transfer-Encoding';
  return asMail(signByHand(asText(mail), { key, tags: { c, h, ...tags } }));
}

export async function verdictOn(message: string): Promise<MessageVerdict> {
  const { resolver } = textResolver(records);
  return verifyMessage(Buffer.from(message, 'latin1'), { now: NOW, resolver });
}

/** The explanation of each signature. @param message latin1 */
export async function explained(
  message: string,
  {
    effort = 'normal',
    texts = records,
    now = NOW,
  }: { effort?: Effort; texts?: Record<string, string>; now?: number } = {},
): Promise<readonly (Explanation | undefined)[]> {
  const { resolver } = textResolver(texts);
  const bytes = Buffer.from(message, 'latin1');
  const { dkim } = await verifyMessage(bytes, { now, resolver });
  const splitter = new MessageSplitter();
  const body = Buffer.from(splitter.write(bytes));
  splitter.end();
  const answers = new Map(Object.keys(texts).map((name) => [name, resolver.query(name, 'TXT')]));
  return explainMessage({
    header: splitter.header!,
    body,
    verdicts: dkim.signatures,
    answers: answers as never,
    keys: new KeyCache(),
    now,
    effort,
  });
}

type Steps = readonly {
  readonly c?: readonly [number, number];
  readonly d?: readonly string[];
  readonly u?: readonly string[];
}[];

/** The items that a recipe picks, from items counted from 1. */
function pick(items: readonly string[], steps: Steps): string[] {
  return steps.flatMap(({ c, d, u }) => {
    if (c !== undefined) {
      if (c[0] < 1 || c[0] > c[1] || c[1] > items.length) throw new Error(`no lines ${c.join('-')} of ${items.length}`);
      return items.slice(c[0] - 1, c[1]);
    }
    if (d !== undefined) return d.map((text) => Buffer.from(text, 'utf8').toString('latin1'));
    return u!.map((text) => Buffer.from(text, 'base64').toString('latin1'));
  });
}

const nameOf = (field: string) => field.slice(0, field.indexOf(':')).trim().toLowerCase();

/** The message with the undo applied: a few lines, as anybody would write them. */
export function undone(message: string, { undo }: Pick<Explanation, 'undo'>): string {
  const { h = {}, b } = JSON.parse(JSON.stringify(undo)) as { h?: Record<string, Steps>; b?: Steps };
  const mail = asMail(message);
  const lines = mail.body.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const body =
    b === undefined
      ? mail.body
      : pick(lines, b)
          .map((line) => `${line}\n`)
          .join('');
  let fields = [...mail.fields];
  for (const [key, steps] of Object.entries(h)) {
    const name = key.toLowerCase();
    const old = fields.filter((field) => nameOf(field) === name);
    const spelled = key === name ? (old[0]?.slice(0, old[0].indexOf(':')) ?? name) : key;
    const values = old.map((field) => field.slice(field.indexOf(':') + 1).replace(/^ /, '')).toReversed();
    const now = pick(values, steps).map((value) => `${spelled}: ${value.replaceAll('\r\n', '\n')}`);
    // In place, top to bottom again.
    const first = fields.findIndex((field) => nameOf(field) === name);
    fields = fields.filter((field) => nameOf(field) !== name);
    fields.splice(first === -1 ? fields.length : first, 0, ...now.toReversed());
  }
  return asText({ fields, body });
}
