/** An explanation for people: the trail of the decision, the changes, and what to do. */
import type { DiffLine } from '../../../lib/explain/diff.ts';
import type { ChangeReport, ExplanationReport } from '../../../lib/explain/report.ts';
import { octetsAsText } from '../../../lib/syntax/octets.ts';
import { printable } from '../../../console/terminal/sanitize.ts';

export interface ExplanationLine {
  readonly tone: 'plain' | 'added' | 'removed' | 'strong';
  /** Safe to show. */
  readonly text: string;
}

/** @param diff the body, or header fields, as they came and as they were signed */
export function* explanationLines(report: ExplanationReport, diff: readonly DiffLine[]): Generator<ExplanationLine> {
  const { part, proof, attempts, bounded, sentence, remedy, changes, survives } = report;
  const effort = `${attempts} tries${bounded ? ', the work limit was reached (see --effort)' : ''}`;
  yield line(`part=${part} proof=${proof} (${effort}): ${sentence}`, 'strong');
  yield* trailLines(report.trail);
  for (const change of changes) yield line(`change ${changeText(change)}`);
  for (const { sign, text } of diff) {
    const tone = sign === '+' ? 'added' : sign === '-' ? 'removed' : 'plain';
    const shown = octetsAsText(text);
    yield line(sign === '@' ? `| ... ${shown}` : `| ${sign}${shown}`, tone);
  }
  if (survives !== undefined) yield line(`c=${survives} would have survived this`);
  yield line(`sender: ${remedy.sender}`);
  yield line(`receiver: ${remedy.receiver}`);
}

const line = (text: string, tone: ExplanationLine['tone'] = 'plain'): ExplanationLine => ({
  tone,
  text: printable(text),
});

/** Tags whose values are long and said elsewhere. */
const LEFT_OUT = new Set(['b', 'bh', 'h', 'z']);

function* trailLines({
  tags,
  key,
  fields,
  bodyHash,
  headerHash,
}: ExplanationReport['trail']): Generator<ExplanationLine> {
  const shown = Object.entries(tags).filter(([name]) => !LEFT_OUT.has(name));
  if (shown.length > 0)
    yield line(`tags: ${shown.map(([name, value]) => `${name}=${value.replace(/\s+/g, ' ')}`).join('; ')}`);
  if (key.name !== null) {
    const facts = [
      key.status,
      ...(key.ttl === null ? [] : [`TTL ${key.ttl}`]),
      ...(key.authenticated === null ? [] : [key.authenticated ? 'validated by DNSSEC' : 'not validated by DNSSEC']),
      ...(key.bits === null ? [] : [`${key.bits} bits`]),
    ];
    yield line(`key: ${key.name}, ${facts.join(', ')}`);
  }
  const there = fields.filter(({ instance }) => instance > 0);
  const absent = fields.filter(({ instance }) => instance === 0).map(({ name }) => name);
  if (there.length > 0) yield line(`signed fields: ${there.map(fieldText).join(' ')}`);
  if (absent.length > 0) yield line(`signed as absent: ${absent.join(' ')}`);
  if (bodyHash.expected !== null) yield line(`body hash: signed ${bodyHash.expected}, got ${bodyHash.got}`);
  if (headerHash.expected !== null) yield line(`header hash: signed ${headerHash.expected}, got ${headerHash.got}`);
}

function fieldText({ name, instance, count }: { name: string; instance: number; count: number }): string {
  return count === 1 ? name : `${name}(${instance} of ${count}, counted from the bottom)`;
}

function changeText({ kind, count, at, field, from, to, by, guess }: ChangeReport): string {
  const facts = [
    ...(count === undefined ? [] : [`count=${count}`]),
    ...(at === undefined ? [] : [`at ${at}`]),
    ...(field === undefined ? [] : [`in ${field}`]),
    ...(from === undefined ? [] : [`from '${clip(from)}'`]),
    ...(to === undefined ? [] : [`to '${clip(to)}'`]),
    ...(by === undefined ? [] : [`by ${by}`]),
    ...(guess === true ? ['(a guess)'] : []),
  ];
  return [kind, ...facts].join(' ');
}

const clip = (text: string) => (text.length > 200 ? `${text.slice(0, 200)}...` : text);
