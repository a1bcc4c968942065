// DKIM, SPF and DMARC of a message, as a mail server judges them.
import { verify } from 'dktool';
import { judgeDmarc } from 'dktool/dmarc';
import { parseZone, zoneResolver } from 'dktool/dns';
import { evaluateSpf } from 'dktool/spf';

const zone = {
  'example.com': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
  '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject'] },
};
const resolver = zoneResolver([parseZone('zone.json', Buffer.from(JSON.stringify(zone)))]);

const { fromField: from, dkim } = await verify('From: ann@example.com\n\nhello\n', { resolver });
const session = { ip: '192.0.2.99', helo: 'mail.example.net', sender: 'ann@example.com' };
const spf = await evaluateSpf(session, { resolver });
const dmarc = await judgeDmarc({ from, dkim: dkim.signatures, spf }, resolver);
console.log(`spf=${spf.result} dmarc=${dmarc.result}: ${dmarc.detail}; ${dmarc.handling}`);
