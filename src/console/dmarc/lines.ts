/** DMARC on a message as plain lines. */
import type { DmarcReport } from '../../lib/report/dmarc.ts';
import { printable } from '../terminal/sanitize.ts';

/** The lines of one input, without their line feeds. @param isLong with the record and the alignments */
export function* dmarcLines(name: string, dmarc: DmarcReport, isLong: boolean): Iterable<string> {
  yield `${name}: ${dmarcLine(dmarc)}`;
  if (!isLong) return;
  if (dmarc.record !== null) {
    yield `${name}: dmarc record ${printable(dmarc.record.name)} (${dmarc.record.source}): "${printable(dmarc.record.text)}"`;
  }
  for (const { domain, result, aligned } of dmarc.dkim) {
    yield `${name}: dmarc alignment dkim d=${printable(domain)} ${result}: ${aligned ?? 'unknown'}`;
  }
  if (dmarc.spf !== null) {
    const { identity, domain, result, aligned } = dmarc.spf;
    yield `${name}: dmarc alignment spf ${identity}=${printable(domain)} ${result}: ${aligned ?? 'unknown'}`;
  }
}

/** What DMARC says, without the name of the input. */
export function dmarcLine({ result, reason, from, policy, detail, handling }: DmarcReport): string {
  const facts = [
    `dmarc=${result}`,
    `reason=${reason}`,
    ...(from === null ? [] : [`from=${from}`]),
    ...(policy === null ? [] : [`policy=${policy}`]),
  ];
  return printable(`${facts.join(' ')}: ${detail}; ${handling}`);
}
