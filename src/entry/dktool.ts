/**
 * Most of what a start costs is reading the program: the two commands that run once a message have programs of their own,
 * with nothing else in them.
 */
declare function require(path: string): unknown;

const ALONE = ['sign', 'verify'];

const asked = process.argv[2] ?? '';
const program = `./program/${ALONE.includes(asked) ? asked : 'all'}.cjs`;
require(program);
