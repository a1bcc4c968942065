/** sign --check-dns: the new signatures, judged as a receiver would, before anything is written. */
import type { Context } from '../../console/context.ts';
import type { DnsOptions } from '../../console/options/options.ts';
import { resolverOf } from '../../console/options/resolver.ts';
import { DktoolError } from '../../lib/errors.ts';
import { HeaderBlock } from '../../lib/header/header-block.ts';
import { runSteps } from '../../lib/steps.ts';
import { KeyLookups, messageVerdict, MessageVerifier } from '../../lib/verify-message.ts';

/** What a verdict of either kind of signature tells. */
interface Judged {
  readonly result: string;
  readonly detail: string;
  readonly domain: string | undefined;
  readonly selector: string | undefined;
}

/**
 * Judge the signatures in `fields` over the message that they are to stand on.
 *
 * @param message the message with the fields in it
 * @param options where the records come from
 * @param legacy rsa-sha1 and short keys were asked for, so they are no reason to refuse
 * @throws DktoolError, kind temporary, where what is published does not confirm one of them
 */
export async function checkPublished(
  message: Iterable<Buffer>,
  fields: Buffer,
  { now, legacy }: { readonly now: number; readonly legacy: boolean },
  options: DnsOptions,
  context: Context,
): Promise<void> {
  const resolver = await resolverOf(options, context);
  const verifier = new MessageVerifier({ now, legacy });
  const lookups = new KeyLookups(resolver);
  for (const chunk of message) {
    verifier.write(chunk);
    lookups.start(verifier.keyNames);
  }
  verifier.end();
  const verdict = await runSteps(messageVerdict(verifier, lookups));
  const added = new HeaderBlock(fields);
  const judged: Judged[] = [
    ...verdict.dkim.signatures.slice(0, added.named('dkim-signature').length),
    ...verdict.domainkeys.signatures.slice(0, added.named('domainkey-signature').length),
  ];
  const refused = judged.find(({ result }) => result !== 'pass');
  if (refused === undefined) return;
  const name = `${refused.selector}._domainkey.${refused.domain}`;
  throw new DktoolError(
    'published-key-differs',
    `not signed: the record at ${name} does not confirm the signature: ${refused.detail}`,
    { kind: 'temporary', hint: 'dktool dns-record prints the right record for a key' },
  );
}
