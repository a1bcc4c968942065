// Make a key, sign a message with it and judge it, all without DNS.
import {
  createVerifier,
  formatKeyRecord,
  generateEd25519Key,
  newKeyRecord,
  parseZone,
  sign,
  zoneResolver,
} from 'dktool';

const key = await generateEd25519Key();
const zone = { '2026e._domainkey.example.com': { TXT: [formatKeyRecord(newKeyRecord(key))] } };
const resolver = zoneResolver([parseZone('zone.json', Buffer.from(JSON.stringify(zone)))]);
const verifier = createVerifier({ resolver });

const signed = await sign('From: user@example.com\nSubject: hello\n\nhello\n', { key, selector: '2026e' });
console.log((await verifier.verify(signed)).result);
