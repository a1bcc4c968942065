import { keptBeside } from './neighbours.ts';
import { route53Text } from './quoting.ts';
import { DEFAULT_TTL, eachOnItsOwn, type TxtRecord, type TxtWriter } from './record.ts';
import { splitCharacterStrings } from './text.ts';

/**
 * A resource `aws_route53_record` of the provider hashicorp/aws, the most used of those with TXT records. The provider adds
 * the outer quotes itself; `""` inside parts the strings (its documentation of `records`). The zone's id is left to a variable.
 */
export const terraform: TxtWriter = { owner: 'any', format: eachOnItsOwn(resource) };

function resource({ owner, isAbsolute, zone, ttl, text, among }: TxtRecord): string {
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
