// What Node alone needs for the work of one `sign`, or of one `verify` with a key from DNS: no option is parsed, nothing is checked.
const { readFileSync } = require('node:fs');
const { createPrivateKey, createPublicKey, sign, verify } = require('node:crypto');

const [, , what, keyFile, port] = process.argv;
const key = createPrivateKey(readFileSync(keyFile)).export({ format: 'jwk' });
const text = Buffer.from('a message');
if (what === 'sign') {
  sign('sha256', text, createPrivateKey({ key, format: 'jwk' }));
  process.exit(0);
}
const socket = require('node:dgram').createSocket('udp4');
socket.on('message', () => {
  const { kty, n, e } = key;
  verify('sha256', text, createPublicKey({ key: { kty, n, e }, format: 'jwk' }), Buffer.alloc(256));
  process.exit(0);
});
const labels = ['bench', '_domainkey', 'example', 'com'].map((label) => String.fromCharCode(label.length) + label);
const question = Buffer.from(`\x12\x34\x01\0\0\x01\0\0\0\0\0\0${labels.join('')}\0\0\x10\0\x01`, 'latin1');
socket.connect(Number(port), '127.0.0.1', () => socket.send(question));
