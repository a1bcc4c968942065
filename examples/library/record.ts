// What a key record says, and whether DNS has the record of a key.
import { readFileSync } from 'node:fs';
import { parseZone, type Resolver, zoneResolver } from 'dktool/dns';
import { parseKeyRecord } from 'dktool/keys';

// systemResolver() asks the name servers of the system.
const resolver: Resolver = zoneResolver([parseZone('2026a.zone', readFileSync('2026a.zone'))]);
const answer = await resolver.query('2026a._domainkey.example.com', 'TXT');
if (answer.status !== 'found') console.log(`no record: ${answer.status}`);
else {
  for (const strings of answer.records) {
    const parsed = parseKeyRecord(strings.join(''));
    if (parsed.ok) console.log(`${parsed.record.keyType}, testing: ${parsed.record.flags.includes('y')}`);
    else console.log(`${parsed.reason}: ${parsed.problem}`);
  }
}
