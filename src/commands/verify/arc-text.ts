/** An ARC chain in words. */
import type { ArcInstanceReport, ArcReport } from '../../lib/report/arc.ts';
import { printable } from '../../console/terminal/sanitize.ts';
import { utcTime } from './utc-time.ts';

/** The lines of one input, without their line feeds. @param isLong with what each signature was found to be */
export function* arcLines(name: string, arc: ArcReport, isLong: boolean): Iterable<string> {
  yield `${name}: ${arcLine(arc)}`;
  for (const instance of arc.instances) {
    const { seal, messageSignature } = instance;
    yield `${name}: arc ${arcSetLine(instance)}`;
    if (!isLong) continue;
    yield `${name}: arc set ${instance.instance} seal reason=${seal.reason} a=${printable(seal.algorithm ?? '?')}: ${printable(seal.detail)}`;
    yield `${name}: arc set ${instance.instance} message signature reason=${messageSignature.reason} a=${printable(messageSignature.algorithm ?? '?')}: ${printable(messageSignature.detail)}`;
  }
}

/** What became of the chain, without the name of the input. */
export function arcLine({ result, reason, detail, instances, oldestPass }: ArcReport): string {
  const facts = [
    `arc=${result}`,
    `reason=${reason}`,
    ...(instances.length === 0 ? [] : [`sets=${instances.length}`]),
    ...(oldestPass === null ? [] : [`oldest-pass=${oldestPass}`]),
  ];
  return `${facts.join(' ')}: ${printable(detail)}`;
}

/** Who sealed a set, and what they say they had found. */
function arcSetLine({
  instance,
  chainStatus,
  seal,
  messageSignature,
  authenticationResults,
}: ArcInstanceReport): string {
  const when = seal.timestamp === null ? '' : ` at ${utcTime(seal.timestamp)}`;
  const sealer = `d=${seal.domain ?? '?'} s=${seal.selector ?? '?'}`;
  const states = `seal=${seal.result} message-signature=${messageSignature.result} cv=${chainStatus}`;
  const claim = authenticationResults === '' ? 'claims nothing' : `claims: ${authenticationResults}`;
  return printable(`set ${instance} ${sealer}${when} ${states}; ${claim}`);
}
