import { runCompiled } from './run-compiled.ts';

// oxlint-disable-next-line no-underscore-dangle -- a CommonJS module has it
declare const __dirname: string;
declare function require(path: string): unknown;

const asked = process.argv[2] ?? '';
/** What has a program of its own, and the options whose code is not in it: see `alone` in scripts/build.mjs. */
const OWN: Readonly<Record<string, readonly string[]>> = {
  sign: ['--check-dns', '--lint'],
  verify: ['--spf', '--dmarc', '--explain', '--cross-check', '--preflight'],
  'spf-check': [],
};
const left = Object.hasOwn(OWN, asked) ? OWN[asked] : undefined;
const hasOwn = left !== undefined && !process.argv.some((word) => left.includes(word.replace(/=.*/s, '')));
const program = `${__dirname}/program/${hasOwn ? asked : 'all'}.cjs`;
if (hasOwn) runCompiled(program);
else require(program);
