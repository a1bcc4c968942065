// batch-mailauth.mjs KEYS < LIST: judges messages with mailauth, one after the other. KEYS: lines of NAME RECORD; LIST: lines
// of PATH. Prints PATH RESULT for each.
import { readFileSync } from 'node:fs';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';

const keys = new Map(
  readFileSync(process.argv[2], 'latin1')
    .trimEnd()
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
);
const resolver = (name) => {
  const record = keys.get(name);
  if (record !== undefined) return [[record]];
  throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
};
const output = [];
for (const path of readFileSync(0, 'latin1').trimEnd().split('\n')) {
  const { results } = await dkimVerify(readFileSync(path), { resolver });
  const passes = results.some(({ status }) => status.result === 'pass');
  output.push(`${path} ${passes ? 'pass' : 'fail'}\n`);
}
process.stdout.write(output.join(''));
