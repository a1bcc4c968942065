// node scripts/dns-server.mjs ZONE.json: a name server on loopback, for the build and the benchmarks. Prints its port.
// The zone is {name: {TYPE: [texts]}}, names in lower case; MX and others that nothing here asks for are not known.
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { decode, encode } from 'dns-packet';

const zone = JSON.parse(readFileSync(process.argv[2], 'utf8'));

/** The answer section for one question. */
function answersTo({ name, type }) {
  const texts = zone[name.toLowerCase()]?.[type] ?? [];
  return texts.map((text) => ({ name, type, ttl: 300, data: type === 'TXT' ? chunksOf(text) : text }));
}

/** A TXT record as its character-strings. */
function chunksOf(text) {
  return text.match(/.{1,255}/gs) ?? [''];
}

const socket = createSocket('udp4');
socket.on('message', (packet, { address, port }) => {
  const { id, questions } = decode(packet);
  const known = zone[questions[0].name.toLowerCase()] !== undefined;
  const AUTHORITATIVE = 1 << 10;
  const NXDOMAIN = 3;
  const answer = {
    type: 'response',
    id,
    flags: AUTHORITATIVE | (known ? 0 : NXDOMAIN),
    questions,
    answers: answersTo(questions[0]),
  };
  socket.send(encode(answer), port, address);
});
socket.bind(0, '127.0.0.1', () => console.log(socket.address().port));
