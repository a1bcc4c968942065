import { runCompiled } from './run-compiled.ts';

// oxlint-disable-next-line no-underscore-dangle -- a CommonJS module has it
declare const __dirname: string;
declare function require(path: string): unknown;

const asked = process.argv[2] ?? '';
// Their own programs are without what one option alone needs: --check-dns the resolver, --spf, --dmarc, --explain their engines.
const hasOwn =
  (asked === 'sign' && !process.argv.includes('--check-dns')) ||
  (asked === 'verify' && !['--spf', '--dmarc', '--explain'].some((option) => process.argv.includes(option))) ||
  asked === 'spf-check';
const program = `${__dirname}/program/${hasOwn ? asked : 'all'}.cjs`;
if (hasOwn) runCompiled(program);
else require(program);
