// node verify.js < message: judge a message as a program of yours would.
import { readFileSync } from 'node:fs';
import { verify } from 'dktool';

const verdict = await verify(readFileSync(0));
console.log(`${verdict.from ?? 'nobody'}: ${verdict.result}`);
for (const { domain, result, reason, detail } of verdict.dkim.signatures) {
  console.log(`  d=${domain ?? '?'} ${result} (${reason}): ${detail}`);
}
