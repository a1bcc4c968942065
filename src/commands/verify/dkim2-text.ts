/** A DKIM2 chain in words: who handed the message on, when, for which envelope, and what they say they changed. */
import type { Dkim2InstanceReport, Dkim2Report, Dkim2SignatureReport } from '../../lib/report/dkim2.ts';
import { printable } from '../../console/terminal/sanitize.ts';
import { utcTime } from './utc-time.ts';

/** One sentence for the chain, one for each hop and one for each revision. */
export function dkim2Sentences({ detail, signatures, instances }: Dkim2Report): string[] {
  return [`not verified: ${detail}`, ...signatures.map(hopSentence), ...instances.map(revisionSentence)].map(printable);
}

/** The lines of one input, without their line feeds. */
export const dkim2Lines = (name: string, report: Dkim2Report): string[] =>
  dkim2Sentences(report).map((sentence) => `${name}: dkim2 ${sentence}`);

function hopSentence(signature: Dkim2SignatureReport): string {
  const { hop, problem, domain, keys, timestamp, revision, nextDomain, flags } = signature;
  const name = `hop ${hop ?? '?'}`;
  if (problem !== null) return `${name}: the DKIM2-Signature cannot be read: ${problem}`;
  const parts = [
    `signed by ${domain ?? '?'}`,
    ...keys.map(({ selector, algorithm }) => `s=${selector} ${algorithm}`),
    ...(timestamp === null ? [] : [`at ${utcTime(timestamp)}`]),
    ...(revision === null ? [] : [`revision ${revision} of the message`]),
    ...envelope(signature),
    ...(nextDomain === null ? [] : [`handed to ${nextDomain}`]),
    ...(flags.length === 0 ? [] : [`flags ${flags.join(' ')}`]),
  ];
  return `${name}: ${parts.join(', ')}`;
}

function envelope({ mailFrom, recipients, moreRecipients }: Dkim2SignatureReport): string[] {
  const more = moreRecipients === 0 ? '' : ` and ${moreRecipients} more`;
  const to = recipients.length === 0 ? '' : ` to ${recipients.map((path) => `<${path}>`).join(' ')}${more}`;
  if (mailFrom === null) return to === '' ? [] : [`envelope${to}`];
  return [`envelope from <${mailFrom}>${to}`];
}

function revisionSentence({ revision, recipe, problem }: Dkim2InstanceReport): string {
  const name = `revision ${revision ?? '?'}`;
  if (problem !== null) return `${name}: the Message-Instance cannot be read: ${problem}`;
  if (recipe === null) return `${name}: ${revision === 1 ? 'the message as first signed' : 'has no recipe'}`;
  if (recipe.problem !== null) return `${name}: ${recipe.problem}`;
  const changes = [
    ...recipe.headers,
    ...(recipe.body === null || recipe.body === undefined
      ? []
      : [`the body (${recipe.body.copied} lines kept, ${recipe.body.restored} put back)`]),
  ];
  if (changes.length === 0) return `${name}: its recipe changes nothing`;
  return `${name}: changed, by its recipe: ${changes.join(', ')}`;
}
