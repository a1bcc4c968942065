/**
 * The house: which part may import which, and what a run loads. The rules:
 *
 * 1. Imports only go down: entry, main, commands, console, lib. The entry alone touches the process.
 * 2. A command owns its rooms: what only it uses lies in its folder, and no command's folder imports another's. The console
 *    holds what several commands share.
 * 3. In the engine the protocols (dkim, domainkeys, spf, adsp, dmarc, arc) do not know each other, and what they share
 *    knows none of them. What joins them (methods, report, auth-results, check) lies above both.
 * 4. The engine opens no file and no socket, except for the name servers that dns/ asks.
 * 5. No file imports itself by way of others, not even for a type: each can be read with what lies below it alone.
 * 6. What is slow to load is loaded by the run that needs it.
 *
 * Rules about what runs are read from what the bundler wrote down; it has dropped the types, so circles are looked for in
 * the sources.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../src/lib/version.ts';
import { DKTOOL, runProgram, temporaryFolder } from './support/bin.ts';
import { PLAIN, signByHand } from './support/hand-signer.ts';
import { mailFolder } from './support/mail-folder.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface Metafile {
  readonly inputs: Readonly<
    Record<
      string,
      { readonly imports: readonly { readonly path: string; readonly kind: string; readonly external?: boolean }[] }
    >
  >;
}

interface Import {
  readonly from: string;
  readonly to: string;
  readonly isDynamic: boolean;
  readonly isExternal: boolean;
}

const { inputs } = JSON.parse(read('build/metafile.json')) as Metafile;

/** Every import in our own code that is still there when types are gone. */
const IMPORTS: readonly Import[] = Object.entries(inputs)
  .filter(([from]) => from.startsWith('src/'))
  .flatMap(([from, { imports }]) =>
    imports.map(({ path, kind, external = false }) => ({
      from,
      to: path.replace(/^(?:.*\/)?node_modules\//, ''),
      isDynamic: kind === 'dynamic-import',
      isExternal: external || !path.startsWith('src/'),
    })),
  );

const show = ({ from, to }: Import) => `${from} -> ${to}`;
const faults = (isWrong: (one: Import) => boolean) => IMPORTS.filter(isWrong).map(show);

/** The one command that a program runs, by its entry; the program of all commands takes their list. */
const OWN_COMMANDS: Readonly<Record<string, string>> = {
  'src/entry/program/dknewkey.ts': 'src/commands/legacy/dknewkey.ts',
  'src/entry/program/dktest.ts': 'src/commands/legacy/dktest.ts',
  'src/entry/program/all.ts': 'src/commands/index.ts',
  'src/entry/program/sign.ts': 'src/commands/sign/command.ts',
  'src/entry/program/spf-check.ts': 'src/commands/spf-check/command.ts',
  'src/entry/program/verify.ts': 'src/commands/verify/command.ts',
  'src/entry/program/worker.ts': 'src/commands/verify/worker.ts',
};

describe('the floors', () => {
  const FLOORS = ['src/entry/', 'src/main.ts', 'src/commands/', 'src/console/', 'src/lib/'];
  const floorOf = (path: string) => FLOORS.findIndex((floor) => path.startsWith(floor));

  it('hold every source file', () => {
    const files = [...new Set(IMPORTS.map(({ from }) => from))];
    expect(files.length).toBeGreaterThan(100);
    expect(files.filter((file) => floorOf(file) === -1)).toEqual([]);
  });

  it('are imported downwards only', () => {
    expect(faults(({ from, to, isExternal }) => !isExternal && floorOf(to) < floorOf(from))).toEqual([]);
  });

  it('let nothing pass from the entry to the commands but through main, or to the one command of a program', () => {
    const allowed = /^src\/(?:main\.ts$|entry\/|console\/|lib\/dns\/live\/live\.ts$)/;
    expect(
      faults(
        ({ from, to, isExternal }) =>
          !isExternal && floorOf(from) === 0 && !allowed.test(to) && to !== OWN_COMMANDS[from],
      ),
    ).toEqual([]);
  });
});

/** The folder of a command that a path lies in. */
const commandOf = (path: string) => /^src\/commands\/([^/]+)\//.exec(path)?.[1];

describe('the commands', () => {
  it('own their rooms: none imports another', () => {
    const shared = ['src/commands/command.ts', 'src/commands/index.ts'];
    expect(
      faults(({ from, to }) => {
        const [own, other] = [commandOf(from), commandOf(to)];
        return other !== undefined && own !== other && !shared.includes(from) && OWN_COMMANDS[from] !== to;
      }),
    ).toEqual([]);
  });

  it('share what is in the console: each file there serves several of them, or the program as a whole', () => {
    const importers = new Map<string, string[]>();
    for (const { from, to } of IMPORTS) importers.set(to, [...(importers.get(to) ?? []), from]);
    const usersOf = (file: string, seen = new Set<string>()): Set<string> => {
      for (const from of importers.get(file) ?? []) {
        if (seen.has(from)) continue;
        seen.add(from);
        if (from.startsWith('src/console/')) usersOf(from, seen);
      }
      return new Set(
        [...seen].flatMap((from) => (from.startsWith('src/console/') ? [] : [commandOf(from) ?? 'program'])),
      );
    };
    const files = [...importers.keys()].filter((file) => file.startsWith('src/console/'));
    expect(files.length).toBeGreaterThan(40);
    const alone = files.filter((file) => {
      const users = usersOf(file);
      return users.size === 1 && !users.has('program');
    });
    expect(alone).toEqual([]);
  });
});

/** The folder or file of the engine that a path lies in. */
const partOf = (path: string) => /^src\/lib\/([^/]+)/.exec(path)?.[1] ?? '';

describe('the engine', () => {
  const PROTOCOLS = ['dkim', 'domainkeys', 'spf', 'adsp', 'dmarc', 'arc', 'dkim2'];
  const SHARED = [
    'message',
    'header',
    'syntax',
    'canonicalize',
    'crypto',
    'keys',
    'signature',
    'dns',
    'verdict.ts',
    'errors.ts',
    'finding.ts',
    'steps.ts',
  ];

  it('has protocols that do not know each other', () => {
    expect(
      faults(({ from, to, isExternal }) => {
        const part = partOf(from);
        return !isExternal && PROTOCOLS.includes(part) && part !== partOf(to) && !SHARED.includes(partOf(to));
      }),
    ).toEqual([]);
  });

  it('has shared parts that know no protocol', () => {
    expect(
      faults(
        ({ from, to, isExternal }) => !isExternal && SHARED.includes(partOf(from)) && !SHARED.includes(partOf(to)),
      ),
    ).toEqual([]);
  });

  it('opens no file and no socket outside dns', () => {
    const forbidden =
      /^node:(?:fs|net|dgram|tls|http|https|child_process|worker_threads|tty|readline|process|os|dns)\b/;
    expect(
      faults(({ from, to }) => from.startsWith('src/lib/') && partOf(from) !== 'dns' && forbidden.test(to)),
    ).toEqual([]);
  });

  it('says the version of the package', () => {
    expect(VERSION).toBe((JSON.parse(read('package.json')) as { version: string }).version);
  });
});

describe('a program that runs once a message', () => {
  it('is without what one option alone needs', () => {
    const { outputs } = JSON.parse(read('build/metafile.json')) as {
      readonly outputs: Readonly<Record<string, { readonly inputs: Readonly<Record<string, unknown>> }>>;
    };
    for (const program of ['sign', 'verify']) {
      const files = Object.keys(outputs[`dist/program/${program}.cjs`]!.inputs);
      expect(files.map(partOf)).toContain('message');
      expect(
        files.filter(
          (file) => partOf(file) === 'dmarc' || /\/spf\/evaluate\.ts$|cross-check\/|\/cross-check\.ts$/.test(file),
        ),
      ).toEqual([]);
    }
  });
});

describe('a program in the place of one of qmail', () => {
  it.each(['dktool-queue', 'dktool-remote'])('has no package in it: %s', (program) => {
    const { outputs } = JSON.parse(read('build/metafile.json')) as {
      readonly outputs: Readonly<Record<string, { readonly inputs: Readonly<Record<string, unknown>> }>>;
    };
    const files = Object.keys(outputs[`dist/program/${program}.cjs`]!.inputs);
    expect(files).toContain('src/console/configuration/configuration.ts');
    expect(files.filter((file) => file.includes('node_modules'))).toEqual([]);
  });
});

describe('a program', () => {
  const programs = readdirSync(join(root, 'src/entry/program')).map((file) => file.replace('.ts', ''));

  // Threads warm up for seconds: `bench/README.md`.
  it.each(programs.filter((program) => !['run', 'worker'].includes(program)))('%s has a compiled form', (program) => {
    const path = join(root, `dist/program/${program}.cjs`);
    const cachedData = readFileSync(`${path}.cache`);
    expect(new Script(readFileSync(path, 'utf8'), { cachedData }).cachedDataRejected).toBe(false);
  });
});

describe('packages', () => {
  /** Of these only the readers are in the program: as packages they would add more than all of it. */
  const BUNDLED: readonly (string | undefined)[] = ['tar', 'yauzl'];

  it('other than commander are only loaded where they are needed', () => {
    const packages = IMPORTS.filter(({ to, isExternal }) => isExternal && !isBuiltin(to));
    expect(packages.filter(({ isDynamic, to }) => !isDynamic && !to.startsWith('commander')).map(show)).toEqual([]);
    const named = new Set(packages.map(({ to }) => to.split('/')[0]));
    const { dependencies, peerDependencies } = JSON.parse(read('package.json')) as Record<string, object>;
    const declared = Object.keys({ ...dependencies, ...peerDependencies });
    for (const name of named) if (!BUNDLED.includes(name)) expect(declared).toContain(name);
    for (const name of BUNDLED) {
      expect(named).toContain(name);
      expect(declared).not.toContain(name);
      expect(read('dist/LICENSES')).toMatch(new RegExp(`^${name} \\d`, 'm'));
    }
  });

  it('are imported by the root of the package, mailauth by its parts alone', () => {
    const mailauth = IMPORTS.filter(({ to }) => to.startsWith('mailauth')).map(({ to }) => to);
    expect(
      mailauth.filter(
        (path) => !/^mailauth\/lib\/(?:arc|dmarc|spf)\/index\.js$|^mailauth\/lib\/dkim\/verify\.js$/.test(path),
      ),
    ).toEqual([]);
  });
});

function isBuiltin(name: string): boolean {
  return name.startsWith('node:') || builtinModules.includes(name);
}

/** A source file without its comments and strings. */
function codeOf(file: string): string {
  return read(`src/${file}`).replace(/\/\*[^]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g, (text) =>
    /^'node:|^'process'/.test(text) ? text : "''",
  );
}

const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);

/** `from '...'` and `import('...')`, for a value or a type. */
const IMPORTED = /\bfrom '(\.{1,2}\/[^']+)'|\bimport\(\s*'(\.{1,2}\/[^']+)'/g;

/** Each source file with the files that it imports, types included. */
function sourceImports(): ReadonlyMap<string, readonly string[]> {
  return new Map(
    sources.map((file) => {
      const targets = read(`src/${file}`).matchAll(IMPORTED);
      return [file, [...targets].map(([, from, dynamic]) => join(dirname(file), (from ?? dynamic)!))];
    }),
  );
}

/** The first circle that is found, as the files along it. */
function circleIn(imports: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const done = new Set<string>();
  const path: string[] = [];
  function visit(file: string): readonly string[] {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    path.push(file);
    for (const to of imports.get(file) ?? []) {
      const circle = visit(to);
      if (circle.length > 0) return circle;
    }
    path.pop();
    done.add(file);
    return [];
  }
  for (const file of imports.keys()) {
    const circle = visit(file);
    if (circle.length > 0) return circle;
  }
  return [];
}

describe('the sources', () => {
  const imports = sourceImports();

  it('import files that are there, and nothing is missed that the bundler saw', () => {
    const targets = [...imports].flatMap(([from, all]) => all.map((to) => `src/${from} -> src/${to}`));
    expect(targets.filter((one) => !sources.includes(one.replace(/^.* -> src\//, '')))).toEqual([]);
    expect(
      IMPORTS.filter(({ isExternal }) => !isExternal)
        .map(show)
        .filter((one) => !targets.includes(one)),
    ).toEqual([]);
  });

  it('have no circle, types included', () => {
    expect(circleIn(imports)).toEqual([]);
  });

  it('would be caught in a circle', () => {
    const [a, b, c] = ['a.ts', 'b.ts', 'c.ts'] as const;
    expect(
      circleIn(
        new Map([
          [a, [b]],
          [b, [c]],
          [c, [b]],
        ]),
      ),
    ).toEqual([b, c, b]);
    expect(
      circleIn(
        new Map([
          [a, [b, c]],
          [b, [c]],
          [c, []],
        ]),
      ),
    ).toEqual([]);
  });
});

describe('the process', () => {
  it('is touched by the entry alone', () => {
    const touching = sources.filter((file) => /\bprocess\s*[.[]|from '(?:node:)?process'/.test(codeOf(file)));
    expect(touching.filter((file) => !file.startsWith('entry/'))).toEqual([]);
    expect(touching).not.toEqual([]);
  });

  it('has no import.meta, which a bundle does not have', () => {
    expect(sources.filter((file) => codeOf(file).includes('import.meta'))).toEqual([]);
  });

  it('is started by files that only load it, one for each entry', () => {
    const bins = readdirSync(join(root, 'bin')).filter((file) => file.endsWith('.js'));
    const entries = readdirSync(join(root, 'src/entry')).filter((file) => /^dk.*\.ts$/.test(file));
    expect(bins).toEqual(entries.map((file) => file.replace('.ts', '.js')));
    // What stands in a qmail program's place answers in its words, even where the package is damaged.
    const answers: Readonly<Record<string, string>> = {
      'dktool-queue.js': '81; // qmail-queue: internal bug, try again later',
      'dktool-remote.js': '111; // qmail-rspawn puts the mail off',
    };
    for (const bin of bins) {
      const load = `require('../dist/${bin.replace('.js', '.cjs')}');\n`;
      const answer = answers[bin];
      expect(read(`bin/${bin}`)).toBe(
        `#!/usr/bin/env node\n${
          answer === undefined ? load : `try {\n  ${load}} catch {\n  process.exitCode = ${answer}\n}\n`
        }`,
      );
    }
    expect(JSON.parse(read('bin/package.json'))).toEqual({ type: 'commonjs' });
  });
});

describe('a run of', () => {
  interface Loaded {
    readonly native: readonly string[];
    readonly files: readonly string[];
  }

  const guard = fileURLToPath(new URL('support/module-guard.cjs', import.meta.url));

  async function loadedBy(args: readonly string[], cwd: string, input: string): Promise<Loaded> {
    const report = join(temporaryFolder(), 'loaded.json');
    const run = await runProgram(process.execPath, ['--require', guard, ...args], {
      cwd,
      input,
      env: { MODULE_GUARD: report, NODE_OPTIONS: '' },
    });
    expect(run).toMatchObject({ status: 0, stderr: '' });
    return JSON.parse(readFileSync(report, 'utf8')) as Loaded;
  }

  it.each([
    ['sign', ['sign', '-k', 'ed25519', '--timestamp', '1694000000'], PLAIN],
    ['sign --output', ['sign', '-k', 'rsa2048', '-o', 'signed.eml'], PLAIN],
    ['verify', ['verify', '--now', '1694000000', '--zone', 'zone.json'], signByHand(PLAIN)],
    ['verify --json', ['verify', '--json', '--now', '1694000000', '--zone', 'zone.json'], signByHand(PLAIN)],
    [
      'spf-check',
      [
        'spf-check',
        '--zone',
        'zone.json',
        '--record',
        'v=spf1 +all',
        '--ip',
        '192.0.2.1',
        '--from',
        'user@example.com',
      ],
      '',
    ],
  ])('%s loads nothing that is slow, and no package', async (_, args, input) => {
    const cwd = mailFolder({ 'empty.cjs': '' });
    const empty = await loadedBy(['empty.cjs'], cwd, '');
    const ours = await loadedBy([DKTOOL, ...args], cwd, input);
    const more = ours.native.filter((name) => !empty.native.includes(name) && !name.startsWith('internal/'));
    expect(more).toContain('crypto');
    const slow = [
      'tty',
      'net',
      'dgram',
      'tls',
      'http',
      'https',
      'dns',
      'child_process',
      'worker_threads',
      'readline',
      'zlib',
      'fs/promises',
    ];
    expect(more.filter((name) => slow.includes(name.replace('node:', '')))).toEqual([]);
    // The program itself is compiled past the loader of modules.
    expect(ours.files.map((file) => file.replace(root, ''))).toEqual(['bin/dktool.js', 'dist/dktool.cjs']);
  });
});
