import { readFileSync } from 'node:fs';
import { parseZone, sign, verify, zoneResolver } from 'dktool';

const signed = await sign(readFileSync('msg.eml'), { key: readFileSync('2026a'), selector: '2026a' });

// Without a resolver it asks the system's name servers.
const resolver = zoneResolver([parseZone('2026a.zone', readFileSync('2026a.zone'))]);
const { result, dkim } = await verify(signed, { resolver });
for (const { domain, reason } of dkim.signatures) console.log(`${result}: d=${domain} ${reason}`);
