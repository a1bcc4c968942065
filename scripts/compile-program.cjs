// node scripts/compile-program.cjs dist/program/sign.cjs sign ...: one usual run of a program, after which its compiled
// form, with all functions that this run and those before it needed, is put beside it for src/entry/run-compiled.ts.
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { Script } = require('node:vm');

const [node, , path, ...args] = process.argv;
const compiled = `${path}.cache`;
const cachedData = existsSync(compiled) ? readFileSync(compiled) : undefined;
const script = new Script(readFileSync(path, 'utf8'), { filename: path, cachedData });
if (script.cachedDataRejected) throw new Error(`${compiled} is of another build`);
process.argv = [node, path, ...args];
process.on('exit', () => writeFileSync(compiled, script.createCachedData()));
script.runInThisContext()(require, (name) => import(name), {});
