/** The header's half of the way back. */
import type { HeaderBlock, HeaderField } from '../header/header-block.ts';
import type { HeaderStep } from './explanation.ts';
import type { HeaderEdit } from './header/search.ts';

/**
 * For each field that was changed all of its instances as they were, bottom up.
 *
 * @param isSimple the names count as they were spelled; relaxed has them in lower case
 */
export function headerUndo(
  header: HeaderBlock,
  edits: readonly HeaderEdit[],
  isSimple: boolean,
): Readonly<Record<string, readonly HeaderStep[]>> {
  const byName = new Map<string, HeaderEdit[]>();
  for (const edit of edits) {
    const name = edit.field?.name ?? edit.text!.slice(0, edit.text!.indexOf(':')).trim().toLowerCase();
    byName.set(name, [...(byName.get(name) ?? []), edit]);
  }
  const undo: Record<string, readonly HeaderStep[]> = {};
  for (const [name, list] of byName) undo[isSimple ? spelledAs(header, list) : name] = instances(header, name, list);
  return undo;
}

/** As it was spelled when it was signed. */
function spelledAs(header: HeaderBlock, edits: readonly HeaderEdit[]): string {
  const text = edits.find((edit) => edit.text !== undefined)?.text;
  return text === undefined ? header.spelledName(edits[0]!.field!) : text.slice(0, text.indexOf(':')).trimEnd();
}

function instances(header: HeaderBlock, name: string, edits: readonly HeaderEdit[]): HeaderStep[] {
  const steps: HeaderStep[] = [];
  // What is not there any more is put below the others: there the verifier takes it first.
  for (const { field, text } of edits) if (field === undefined) steps.push({ d: [valueOf(text)] });
  const fields: readonly HeaderField[] = header.named(name);
  for (let i = fields.length - 1; i >= 0; i--) {
    const edit = edits.find(({ field }) => field === fields[i]);
    const number = fields.length - i;
    if (edit === undefined) steps.push({ c: [number, number] });
    else if (edit.text !== undefined) steps.push({ d: [valueOf(edit.text)] });
  }
  return steps;
}

/** What is behind the colon and the blank that usually follows. */
const valueOf = (text: string) =>
  Buffer.from(text.slice(text.indexOf(':') + 1).replace(/^ /, ''), 'latin1').toString('utf8');

/** @param latin1 to @returns the message up to its body, with the edits made */
export function editedHeader(header: HeaderBlock, edits: readonly HeaderEdit[], lineEnd: string): Buffer {
  const pieces: Buffer[] = [];
  const text = (field: string) => Buffer.from(field.replace(/\r?\n/g, lineEnd), 'latin1');
  const sorted = edits.filter((edit) => edit.field !== undefined).sort((a, b) => a.field.start - b.field.start);
  let from = 0;
  for (const { field, text: written } of sorted) {
    pieces.push(header.bytes.subarray(from, field.start));
    if (written !== undefined) pieces.push(text(written));
    from = written === undefined ? nextStart(header, field) : field.end;
  }
  pieces.push(header.bytes.subarray(from));
  for (const { field, text: written } of edits) if (field === undefined) pieces.push(text(`${written}\n`));
  return Buffer.concat(pieces);
}

function nextStart({ fields, bytes }: HeaderBlock, field: HeaderField): number {
  return fields[fields.indexOf(field) + 1]?.start ?? bytes.length;
}
