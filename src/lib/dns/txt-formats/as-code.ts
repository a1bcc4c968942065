/** TXT records as the configuration files of programs that keep zones as code. */
import { DktoolError } from '../../errors.ts';
import { octetsAsText } from '../../syntax/octets.ts';
import { joinStrings, splitCharacterStrings } from './text.ts';
import { route53Text } from './quoting.ts';
import { keptBeside } from './neighbours.ts';
import type { TxtRecord } from './format.ts';
import { DEFAULT_TTL } from './updates.ts';

/**
 * A resource `aws_route53_record` of the provider hashicorp/aws, the most used of those with TXT records. The provider adds
 * the outer quotes itself; `""` inside parts the strings (its documentation of `records`). The zone's id is left to a variable.
 */
export function formatTerraform({ owner, isAbsolute, zone, ttl, text, among }: TxtRecord): string {
  const name = owner === '@' ? '' : owner;
  const label = (isAbsolute || zone === undefined ? owner : `${name}.${zone}`).replace(/[^A-Za-z0-9_-]/g, '_');
  const values = [...keptBeside(among), splitCharacterStrings(text)].map((strings) =>
    hclString(strings.map(route53Text).join('""')),
  );
  return `resource "aws_route53_record" "${/^[A-Za-z]/.test(label) ? label : `txt_${label}`}" {
  zone_id = var.zone_id
  name    = ${hclString(name)}
  type    = "TXT"
  ttl     = ${ttl ?? among?.ttl ?? DEFAULT_TTL}
  records = [${values.join(', ')}]
}`;
}

/**
 * A quoted template of HCL (HCL Native Syntax Specification, "Template Expressions"): `\"`, `\\`, and `$${`, `%%{` where no
 * template is meant, as in the macros of SPF. More signs before the brace than one would be read otherwise by each version.
 *
 * @param text printable ASCII
 */
function hclString(text: string): string {
  const escaped = text.replace(/["\\]/g, '\\$&').replace(/[$%]+(?=\{)/g, (signs) => {
    return signs.length === 1
      ? signs + signs
      : `${signs.slice(0, -1)}\\u00${signs.charCodeAt(signs.length - 1).toString(16)}`;
  });
  return `"${escaped}"`;
}

/**
 * A statement of dnsconfig.js (DNSControl documentation, "TXT" and "D_EXTEND"): it does the quoting and cutting itself, and
 * wants text, which it writes as UTF-8. All of it is ASCII, since its JavaScript is of 2009.
 *
 * @throws DktoolError, kind permanent, where the octets are no UTF-8
 */
export function formatDnscontrol({ owner, zone = '', ttl, text }: TxtRecord): string {
  const decoded = octetsAsText(text);
  if (Buffer.from(decoded, 'utf8').toString('latin1') !== text) throw unfit('DNSControl', 'octets that are no UTF-8');
  const strings = [owner, decoded].map(asciiJson);
  const modifiers = ttl === undefined ? '' : `, TTL(${ttl})`;
  return `D_EXTEND(${asciiJson(zone)}, TXT(${strings.join(', ')}${modifiers}));`;
}

function asciiJson(text: string): string {
  return JSON.stringify(text).replace(/[^\x20-\x7e]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/**
 * An entry of a zone's YAML (octoDNS documentation, "TXT"): `;` is written `\;`, the cutting is done by octoDNS. It refuses
 * octets beyond ASCII, hands backslashes on to providers that differ about them, and takes quotes away that it thinks are its own.
 *
 * @throws DktoolError, kind permanent, for a text that would not arrive as it is
 */
export function formatOctodns({ owner, ttl, text, among }: TxtRecord): string {
  const values = [...keptBeside(among).map(joinStrings), text].map(octodnsValue);
  const lines = [
    `${yamlString(owner === '@' ? '' : owner)}:`,
    ...(ttl === undefined ? [] : [`  ttl: ${ttl}`]),
    '  type: TXT',
    ...(values.length === 1 ? [`  value: ${values[0]}`] : ['  values:', ...values.map((value) => `  - ${value}`)]),
  ];
  return lines.join('\n');
}

function octodnsValue(text: string): string {
  if (/[^\x20-\x7e]/.test(text)) throw unfit('octoDNS', 'octets that are not printable ASCII');
  if (text.includes('\\')) throw unfit('octoDNS', 'a backslash');
  if (text.startsWith('"') || text.includes('" "'))
    throw unfit('octoDNS', 'quotes at its begin or with a blank between');
  return yamlString(text.replace(/;/g, '\\;'));
}

/** A single-quoted scalar (YAML 1.2 section 7.3.2), in which only the quote itself is special. */
function yamlString(text: string): string {
  return `'${text.replace(/'/g, "''")}'`;
}

function unfit(program: string, what: string): DktoolError {
  return new DktoolError('record-unfit', `${program} cannot publish a text with ${what}`, {
    kind: 'permanent',
    hint: 'take another format, such as bind',
  });
}
