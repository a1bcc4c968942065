// node verify.js < message: judge a message as a program of yours would.
import { readFileSync } from 'node:fs';
import { cachingResolver, liveResolver, verifyMessage } from 'dktool';

const now = () => Date.now() / 1000;
const resolver = cachingResolver(liveResolver({ nameservers: [], deadline: 10 }), { now });

const verdict = await verifyMessage(readFileSync(0), { now: now(), resolver });
console.log(`${verdict.from ?? 'nobody'}: ${verdict.result}`);
for (const { domain, result, reason, detail } of verdict.dkim.signatures) {
  console.log(`  d=${domain ?? '?'} ${result} (${reason}): ${detail}`);
}
