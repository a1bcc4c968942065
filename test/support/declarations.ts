/** What the declarations of the built library export. They are read as text: the compiler writes each in one way only. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';

/** One declaration. */
export interface Declaration {
  readonly name: string;
  /** Without its description. */
  readonly text: string;
  readonly description: string;
}

interface Module {
  /** Names that are imported, and names that are exported from elsewhere, each with where they are from. */
  readonly imports: ReadonlyMap<string, Source>;
  readonly reexports: ReadonlyMap<string, Source>;
  readonly stars: readonly string[];
  readonly declarations: ReadonlyMap<string, Declaration & { readonly isExported: boolean }>;
}

interface Source {
  readonly file: string;
  readonly name: string;
}

const STATEMENT = /^(?=\/\*\*|export |declare |interface |type |import )/m;
const DECLARED =
  /^(?<exported>export )?(?:declare )?(?:abstract )?(?:function\*?|const|class|interface|type) (?<name>\w+)/;

/** Reads the declarations below a folder, and answers what a module of it exports. */
export class Declarations {
  readonly #root: string;
  readonly #modules = new Map<string, Module>();

  /** @param root the folder of the library, `dist/lib` */
  constructor(root: string) {
    this.#root = root;
  }

  /** The exports of a module by the place of their declaration, `FILE#NAME`, with the name that they have outside. */
  exportsOf(file: string): ReadonlyMap<string, string> {
    return new Map([...this.#namesIn(file)].map((name) => [this.#placeOf(file, name)!, name]));
  }

  /** @param place `FILE#NAME` */
  at(place: string): Declaration {
    const [file, name] = place.split('#') as [string, string];
    return this.#module(file).declarations.get(name)!;
  }

  /** The places of the types that a declaration names, those of other packages and of the language left out. */
  typesIn(place: string): string[] {
    const [file, own] = place.split('#') as [string, string];
    const bare = this.at(place).text.replace(/\/\*[^]*?\*\/|'(?:[^'\\]|\\.)*'|^\s+(?:#|private )\w.*$/gm, '');
    const names = new Set(bare.match(/\b[A-Z]\w*[a-z]\w*\b/g));
    return [...names].filter((name) => name !== own).flatMap((name) => this.#placeOf(file, name) ?? []);
  }

  #namesIn(file: string): Set<string> {
    const { reexports, stars, declarations } = this.#module(file);
    const own = [...declarations.values()].filter(({ isExported }) => isExported).map(({ name }) => name);
    return new Set([...reexports.keys(), ...own, ...stars.flatMap((star) => [...this.#namesIn(star)])]);
  }

  #placeOf(file: string, name: string): string | undefined {
    const { imports, reexports, stars, declarations } = this.#module(file);
    if (declarations.has(name)) return `${file}#${name}`;
    const source = reexports.get(name) ?? imports.get(name);
    if (source !== undefined) return this.#placeOf(source.file, source.name);
    return stars.map((star) => this.#placeOf(star, name)).find((place) => place !== undefined);
  }

  #module(file: string): Module {
    let module = this.#modules.get(file);
    if (module === undefined) this.#modules.set(file, (module = this.#read(file)));
    return module;
  }

  #read(file: string): Module {
    const text = readFileSync(join(this.#root, file.replace(/\.ts$/, '.d.ts')), 'utf8');
    const from = (path: string) => join(dirname(file), path);
    const lists = (keyword: string) =>
      [...text.matchAll(new RegExp(`^${keyword} (?:type )?\\{([^}]*)\\} from '(\\.[^']+)'`, 'gm'))].flatMap(
        ([, names, path]) => namesIn(names!).map(([name, alias]) => [alias, { file: from(path!), name }] as const),
      );
    const stars = [...text.matchAll(/^export \* from '([^']+)'/gm)].map(([, path]) => from(path!));
    const declarations = new Map<string, Declaration & { readonly isExported: boolean }>();
    for (const statement of statementsIn(text)) declarations.set(statement.name, statement);
    return { imports: new Map(lists('import')), reexports: new Map(lists('export')), stars, declarations };
  }
}

/** `a, type b as c` -> a as itself, b as c. */
function namesIn(list: string): (readonly [name: string, alias: string])[] {
  const entries = list.split(',').map((entry) => entry.trim().replace(/^type /, ''));
  return entries
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [name, alias = name] = entry.split(' as ') as [string, string?];
      return [name, alias];
    });
}

function* statementsIn(text: string): Iterable<Declaration & { readonly isExported: boolean }> {
  let description = '';
  for (const statement of text.split(STATEMENT)) {
    const { exported, name } = DECLARED.exec(statement)?.groups ?? {};
    if (name !== undefined) yield { name, text: statement, description, isExported: exported !== undefined };
    description = statement.startsWith('/**') ? statement : '';
  }
}
