/** Content-Type, Content-Transfer-Encoding and MIME-Version before a body was encoded or wrapped anew. */
import { parseContentType } from '../body/mime.ts';
import { type HeaderContext, type Option, type Instance, unfolded, valueOf, valueOptions } from './option.ts';

const ENCODINGS = [
  '8bit',
  '7bit',
  'quoted-printable',
  'base64',
  '8BIT',
  '7BIT',
  'QUOTED-PRINTABLE',
  'BASE64',
  'Quoted-Printable',
  '7Bit',
  '8Bit',
  'binary',
];

export function* encodingOptions(context: HeaderContext, instance: Instance): Generator<Option> {
  const inner = context.wrapped?.get('content-transfer-encoding');
  yield* valueOptions(context, instance, 'field-changed', [
    ...(inner === undefined ? [] : [inner]),
    ...context.encodings,
    ...context.encodings.map((encoding) => encoding.toUpperCase()),
    ...ENCODINGS,
  ]);
}

export function* versionOptions(context: HeaderContext, instance: Instance): Generator<Option> {
  yield* valueOptions(context, instance, 'field-changed', ['1.0']);
}

const CHARSETS = [
  'UTF-8',
  'utf-8',
  'us-ascii',
  'US-ASCII',
  'iso-8859-1',
  'ISO-8859-1',
  'windows-1252',
  'Windows-1252',
  'iso-8859-15',
  'iso-2022-jp',
  'ISO-2022-JP',
  'gb2312',
  'koi8-r',
];

/** The likeliest first: what the wrapped part says, then the usual ways to say text/plain. */
export function* typeOptions(context: HeaderContext, instance: Instance): Generator<Option> {
  yield* valueOptions(context, instance, 'field-changed', typeValues(context, instance));
}

function* typeValues(context: HeaderContext, instance: Instance): Generator<string> {
  const inner = context.wrapped?.get('content-type');
  if (inner !== undefined) {
    yield inner;
    yield inner.replace(/;[ \t]+/g, '; ');
    yield inner.replace(/"/g, '');
    yield inner.replace(/=([^";\s]+)/g, '="$1"');
  }
  const value =
    instance.field === undefined ? valueOf(context, 'content-type') : unfolded(context.header, instance.field);
  const { type, parameters } = parseContentType(value);
  if (type.startsWith('text/')) yield* textTypes(type, parameters, context.charsets);
  if (value !== undefined) {
    yield value.replace(/"/g, '');
    yield value.replace(/=([^";\s]+)/g, '="$1"');
    yield value.replace(/;[ \t]*/g, '; ');
    yield value.replace(/;[ \t]*/g, ';');
    yield value.toLowerCase();
  }
  if (type.startsWith('multipart/') && inner === undefined) yield* textTypes('text/plain', new Map(), context.charsets);
}

/** @param parameters as they came: format and delsp were there before, in lower case mostly */
function* textTypes(
  type: string,
  parameters: ReadonlyMap<string, string>,
  found: readonly string[],
): Generator<string> {
  const now = parameters.get('charset') ?? 'us-ascii';
  const known = found.flatMap((name) => [name, name.toUpperCase()]);
  const charsets = [...new Set([...known, 'UTF-8', 'utf-8', now, now.toUpperCase(), now.toLowerCase(), ...CHARSETS])];
  const format = parameters.get('format');
  const delsp = parameters.get('delsp');
  const tails = format === undefined ? [''] : tailsOf(format.toLowerCase(), delsp?.toLowerCase());
  yield type;
  for (const tail of tails) {
    for (const charset of charsets) {
      yield `${type}; charset=${charset}${tail}`;
      yield `${type}; charset="${charset}"${tail}`;
    }
  }
  if (format === undefined) return;
  for (const charset of charsets.slice(0, 8)) {
    yield `${type}; format=${format.toLowerCase()}; charset=${charset}`;
    yield `${type}; format=${format.toLowerCase()}; charset="${charset}"`;
    yield `${type}; charset=${charset}`;
  }
}

function tailsOf(format: string, delsp: string | undefined): string[] {
  if (delsp === undefined) return [`; format=${format}`, `; Format="${format}"`, `; format="${format}"`];
  return [`; format=${format}; delsp=${delsp}`, `; delsp=${delsp}; format=${format}`, `; format=${format}`];
}
