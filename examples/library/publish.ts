// A key, its record in the format of a DNS service, and whether what was published belongs to it.
import { check } from 'dktool/check';
import { formatTxtRecord, parseZone, zoneResolver } from 'dktool/dns';
import {
  askForPublishedKey,
  formatKeyRecord,
  generateEd25519Key,
  generateRsaKey,
  newKeyRecord,
  publishedKeyFindings,
} from 'dktool/keys';
import { lintSpf } from 'dktool/spf';

const text = formatKeyRecord(newKeyRecord(await generateRsaKey(2048)));
const record = { owner: '2026a._domainkey.example.com', isAbsolute: true, ttl: 300, text };
console.log(JSON.parse(formatTxtRecord(record, 'route53')).Changes[0].Action);

const zone = parseZone('example.com.zone', Buffer.from(`${formatTxtRecord(record, 'bind')}\n`));
const resolver = zoneResolver([zone]);
const { type, bits, publicKeyBytes } = await generateEd25519Key();
const other = { selector: '2026a', domain: 'example.com', type, bits, publicKeyBytes, keyFile: undefined };
const answers = await askForPublishedKey(resolver, other, 'no-such-label');
const expected = { ...other, isTesting: false, isDomainKeys: false };
console.log((await publishedKeyFindings(expected, answers)).map(({ code }) => code).join(' '));

console.log((await lintSpf('example.com', resolver)).findings.map(({ code }) => code).join(' '));
const { result, findings } = await check('example.com', { selectors: ['2026a'], resolver });
console.log(`${result}: ${findings.map(({ code }) => code).join(' ')}`);
