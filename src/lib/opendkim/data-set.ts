/** Data sets of OpenDKIM: values that stand in the configuration itself or in a file (opendkim(8), DATA SETS). */

export type DataSet =
  | { readonly kind: 'list'; readonly items: readonly string[] }
  /** `isPattern`: the first words of its lines are patterns with asterisks (`refile:`). */
  | { readonly kind: 'file'; readonly path: string; readonly isPattern: boolean }
  /** A database, LDAP or a script: only OpenDKIM itself can ask it. */
  | { readonly kind: 'foreign'; readonly type: string };

/** A line of a file: what comes before the first blank, and what comes behind. */
export interface DataSetLine {
  /** From 1. */
  readonly line: number;
  readonly key: string;
  /** Empty where the line has one word. */
  readonly value: string;
}

export interface TableProblem {
  /** From 1. */
  readonly line: number;
  /** A sentence without its subject, the line. */
  readonly problem: string;
}

/** What a parameter of type dataset points to. */
export function parseDataSet(text: string): DataSet {
  const [, type = '', rest = ''] = /^(?:([a-z]+):)?(.*)$/s.exec(text.trim())!;
  if (type === 'file' || type === 'refile') return { kind: 'file', path: rest.trim(), isPattern: type === 'refile' };
  if (type === '' && text.trim().startsWith('/')) return { kind: 'file', path: text.trim(), isPattern: false };
  if (type !== '' && type !== 'csl') return { kind: 'foreign', type };
  const items = rest.split(',').map((item) => item.trim());
  return { kind: 'list', items: items.filter((item) => item !== '') };
}

/** The lines of a file that say something: comments begin with `#` and end with the line. Linear in the text. */
export function* dataSetLines(text: string): Generator<DataSetLine> {
  let line = 0;
  for (const raw of text.split('\n')) {
    line++;
    const hash = raw.indexOf('#');
    const said = (hash === -1 ? raw : raw.slice(0, hash)).trim();
    if (said === '') continue;
    const blank = said.search(/\s/);
    yield blank === -1
      ? { line, key: said, value: '' }
      : { line, key: said.slice(0, blank), value: said.slice(blank).trim() };
  }
}
