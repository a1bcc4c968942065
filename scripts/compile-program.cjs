// node scripts/compile-program.cjs dist/program/sign.cjs sign ...: one usual run of a program, after which its compiled
// form, with all functions that the run needed, is put beside it for src/entry/dktool.ts.
const { readFileSync, writeFileSync } = require('node:fs');
const { Script } = require('node:vm');

const [node, , path, ...args] = process.argv;
const script = new Script(readFileSync(path, 'utf8'), { filename: path });
process.argv = [node, path, ...args];
process.on('exit', () => writeFileSync(`${path}.cache`, script.createCachedData()));
script.runInThisContext()(require, (name) => import(name));
