/** sign --lint: what will break the message or its signature on the way, before it is written. */
import { HeaderBlock } from '../../lib/header/header-block.ts';
import { DktoolError } from '../../lib/errors.ts';
import { worstFirst } from '../../lib/finding.ts';
import { MessageLinter } from '../../lib/preflight/linter.ts';
import { findingLine } from '../../console/terminal/finding-lines.ts';

export interface LintSettings {
  /** Refuse a message with errors. */
  readonly refuse: boolean;
  /** Seconds since 1970. */
  readonly now: number;
  /** Takes a finding as a line, without its line feed. */
  readonly say: (line: string) => void;
}

/**
 * @param message as it was read
 * @param fields the new header fields
 * @throws DktoolError, after all findings have been shown, where there are errors and the message is to be refused then
 */
export function lintSigned(message: Iterable<Buffer>, fields: Buffer, { refuse, now, say }: LintSettings): void {
  const linter = new MessageLinter();
  for (const chunk of message) linter.write(chunk);
  linter.end();
  const findings = worstFirst(linter.findings(new HeaderBlock(fields), now));
  for (const finding of findings) say(findingLine(finding, finding.subject).trimEnd());
  const errors = findings.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (!refuse || first === undefined) return;
  const more = errors.length === 1 ? '' : ` (and ${errors.length - 1} more)`;
  throw new DktoolError('lint-failed', `not signed: ${first.subject}: ${first.observed}${more}`, {
    kind: 'permanent',
    hint: first.remedy,
    isOfMessage: true,
  });
}
