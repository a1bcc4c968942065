/** Mailboxes made of messages, in each form. Texts are latin1. */
import type { MboxForm } from '../../src/lib/mailbox/mbox.ts';

export const FROM_LINE = 'From ann@example.com Thu May 14 12:00:00 2009';

/** As a delivery agent writes it. */
export function mboxOf(messages: readonly string[], form: MboxForm, lineEnd = '\n'): string {
  return messages.map((message) => `${FROM_LINE}${lineEnd}${stored(message, form, lineEnd)}${lineEnd}`).join('');
}

function stored(message: string, form: MboxForm, lineEnd: string): string {
  const whole = message.endsWith(lineEnd) ? message : message + lineEnd;
  if (form === 'mboxrd') return whole.replace(/^(?=>*From )/gm, '>');
  const escaped = form === 'mboxcl2' ? whole : whole.replace(/^(?=From )/gm, '>');
  if (form === 'mboxo') return escaped;
  const empty = escaped.indexOf(lineEnd + lineEnd) + lineEnd.length;
  const length = escaped.length - empty - lineEnd.length;
  return `${escaped.slice(0, empty)}Content-Length: ${length}${lineEnd}${escaped.slice(empty)}`;
}
