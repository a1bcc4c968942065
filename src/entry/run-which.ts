/** What has a program of its own, and the options whose code is not in it: see `programs` in scripts/build.mjs. */
const OWN: Readonly<Record<string, readonly string[]>> = {
  sign: ['--check-dns', '--lint'],
  verify: ['--spf', '--dmarc', '--explain', '--cross-check', '--preflight', '--keyring', '--at', '--resume'],
  'spf-check': [],
};

/**
 * The program for a command line of dktool.
 *
 * @returns its name in src/entry/program
 */
export function programFor(args: readonly string[]): string {
  const asked = args[0] ?? '';
  const left = Object.hasOwn(OWN, asked) ? OWN[asked] : undefined;
  return left === undefined || args.some((word) => left.includes(word.replace(/=.*/s, ''))) ? 'all' : asked;
}
