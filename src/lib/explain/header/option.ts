/** How a header field may have been when it was signed. */
import type { HeaderBlock, HeaderField } from '../../header/header-block.ts';
import type { Change, ChangeKind } from '../change.ts';

/** A field that h= names, as the verifier found it; without a field where there is none left of that name. */
export interface Instance {
  /** Lower case. */
  readonly name: string;
  readonly field: HeaderField | undefined;
}

/** One guess for one instance. */
export interface Option {
  /** Name, colon and value with its folds, LF or CRLF, latin1; `undefined`: there was no such field. */
  readonly text: string | undefined;
  readonly change: Change;
  /** The field that has to go for it, where that is not the instance's own. */
  readonly removes?: HeaderField | undefined;
}

/** What options are made from. */
export interface HeaderContext {
  readonly header: HeaderBlock;
  /** Blanks, folds and case of names count: the simple form. */
  readonly isSimple: boolean;
  /** z=, by name in lower case: the fields as they were, with their names, top to bottom. */
  readonly copies: ReadonlyMap<string, readonly string[]>;
  /** Header lines of the message that a body was unwrapped from, unfolded, by name in lower case. */
  readonly wrapped: ReadonlyMap<string, string> | undefined;
  /** Transfer encodings and character sets that the body turned out to have had. */
  readonly encodings: readonly string[];
  readonly charsets: readonly string[];
}

/** The value of a field without folds and the blanks around it, latin1. */
export function unfolded(header: HeaderBlock, field: HeaderField): string {
  return header
    .value(field)
    .replace(/\r?\n(?=[ \t])/g, '')
    .trim();
}

/** The name as it is written, or as it is usually written. */
export function spelled({ header }: HeaderContext, { name, field }: Instance): string {
  if (field !== undefined) return header.spelledName(field);
  if (name === 'mime-version') return 'MIME-Version';
  if (name === 'message-id') return 'Message-ID';
  return name.replace(/(?<![a-z])[a-z]/g, (letter) => letter.toUpperCase());
}

/** The first value of a field of that name, unfolded. */
export function valueOf({ header }: HeaderContext, name: string): string | undefined {
  const [field] = header.named(name);
  return field === undefined ? undefined : unfolded(header, field);
}

/** A instance with these values instead, each once, not the one that it has. */
export function* valueOptions(
  context: HeaderContext,
  instance: Instance,
  kind: ChangeKind,
  values: Iterable<string>,
): Generator<Option> {
  const name = spelled(context, instance);
  const to = instance.field === undefined ? undefined : unfolded(context.header, instance.field);
  const seen = new Set([to]);
  for (const value of values) {
    if (seen.has(value)) continue;
    seen.add(value);
    const change: Change = {
      kind: instance.field === undefined ? 'field-removed' : kind,
      field: name,
      from: value,
      ...(to === undefined ? {} : { to }),
    };
    yield { text: `${name}: ${value}`, change };
  }
}
