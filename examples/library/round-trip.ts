// Make a key, sign a message with it and judge it, all without DNS.
import {
  formatKeyRecord,
  generateEd25519Key,
  newKeyRecord,
  parseZone,
  signMessage,
  verifyMessage,
  zoneResolver,
} from 'dktool';

const key = await generateEd25519Key();
const record = formatKeyRecord(newKeyRecord(key));
const zone = { '2026e._domainkey.example.com': { TXT: [record] } };

const message = Buffer.from('From: user@example.com\nSubject: hello\n\nhello\n');
const now = 1_794_000_000;
const { fields, insertAt } = await signMessage(
  message,
  { headerCanonicalization: 'relaxed', bodyCanonicalization: 'relaxed', timestamp: now },
  ({ author }) => [{ domain: author, selector: '2026e', type: key.type, privateKey: key.key }],
);
const signed = Buffer.concat([message.subarray(0, insertAt), fields, message.subarray(insertAt)]);

const resolver = zoneResolver([parseZone('zone.json', Buffer.from(JSON.stringify(zone)))]);
const verdict = await verifyMessage(signed, { now, resolver });
console.log(verdict.result);
