// What a mail server does with a message that comes in: DKIM, SPF and DMARC, and a field on top that says what came of
// them, in place of those of others that claim to be ours. The zone stands for DNS; systemResolver() asks the real one.
import { verify } from 'dktool';
import { authStatements, forgedResults, formatAuthResults, HeaderBlock } from 'dktool/auth-results';
import { judgeDmarc } from 'dktool/dmarc';
import { parseZone, zoneResolver } from 'dktool/dns';
import { evaluateSpf } from 'dktool/spf';

const zone = {
  'example.com': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
  '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject'] },
};
const resolver = zoneResolver([parseZone('zone.json', Buffer.from(JSON.stringify(zone)))]);
const header = [
  'Authentication-Results: mx.example.org; dkim=pass header.d=example.com',
  'From: Ann <ann@example.com>',
  'Subject: hello',
  '',
].join('\r\n');
const message = Buffer.from(`${header}\r\nhello\r\n`);

const verdict = await verify(message, { resolver });
const session = { ip: '192.0.2.1', helo: 'mail.example.com', sender: 'bounces@example.com' };
const spf = await evaluateSpf(session, { resolver });
const { fromField: from, dkim } = verdict;
const dmarc = await judgeDmarc({ from, dkim: dkim.signatures, spf }, resolver);

for (const { start } of forgedResults(new HeaderBlock(Buffer.from(header)), 'mx.example.org')) {
  console.log(`forged: the field at octet ${start}`);
}
console.log(formatAuthResults('mx.example.org', authStatements(verdict, undefined, spf, dmarc), '\r\n'));
