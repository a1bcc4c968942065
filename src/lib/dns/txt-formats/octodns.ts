import { keptBeside } from './neighbours.ts';
import { eachOnItsOwn, type TxtRecord, type TxtWriter, unfitText } from './record.ts';
import { joinStrings } from './text.ts';

/**
 * An entry of a zone's YAML (octoDNS documentation, "TXT"): `;` is written `\;`, the cutting is done by octoDNS. It refuses
 * octets beyond ASCII, hands backslashes on to providers that differ about them, and takes quotes away that it thinks are its own.
 * It throws for a text that would not arrive as it is.
 */
export const octodns: TxtWriter = { owner: 'relative', format: eachOnItsOwn(entry) };

function entry({ owner, ttl, text, among }: TxtRecord): string {
  const values = [...keptBeside(among).map(joinStrings), text].map(valueOf);
  const lines = [
    `${yamlString(owner === '@' ? '' : owner)}:`,
    ...(ttl === undefined ? [] : [`  ttl: ${ttl}`]),
    '  type: TXT',
    ...(values.length === 1 ? [`  value: ${values[0]}`] : ['  values:', ...values.map((value) => `  - ${value}`)]),
  ];
  return lines.join('\n');
}

function valueOf(text: string): string {
  if (/[^\x20-\x7e]/.test(text)) throw unfitText('octoDNS', 'octets that are not printable ASCII');
  if (text.includes('\\')) throw unfitText('octoDNS', 'a backslash');
  if (text.startsWith('"') || text.includes('" "'))
    throw unfitText('octoDNS', 'quotes at its beginning or with a space between them');
  return yamlString(text.replace(/;/g, '\\;'));
}

/** A single-quoted scalar (YAML 1.2 section 7.3.2), in which only the quote itself is special. */
function yamlString(text: string): string {
  return `'${text.replace(/'/g, "''")}'`;
}
