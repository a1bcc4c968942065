// Name servers that are no help.
import dgram from 'node:dgram';
import net from 'node:net';

const SERVFAIL = 2;
const REFUSED = 5;

/** @param {string} kind @returns {Promise<{ address: string, close: () => void }>} */
export async function badServer(kind) {
  const sockets = new Set();
  const tcp = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    if (kind === 'closing') socket.destroy();
    if (kind === 'slow') {
      socket.on('data', () => {
        const timer = setInterval(() => socket.write(Buffer.from([0])), 1000);
        socket.on('close', () => clearInterval(timer));
      });
    }
  });
  await new Promise((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  const { port } = tcp.address();
  const udp = dgram.createSocket('udp4');
  udp.on('message', (query, { port: asker, address }) => {
    const answer = answerOf(kind, query);
    if (answer !== undefined) udp.send(answer, asker, address);
  });
  await new Promise((resolve, reject) => udp.once('error', reject).bind(port, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${port}`,
    close() {
      udp.close();
      tcp.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function answerOf(kind, query) {
  const answer = Buffer.from(query);
  answer.writeUInt16BE(0x8180, 2);
  switch (kind) {
    case 'silent':
      return undefined;
    case 'refusing':
      answer[3] = (answer[3] & 0xf0) | REFUSED;
      return answer;
    case 'lying':
      // Another question, with a record that runs out of the packet.
      answer[13] ^= 1;
      answer.writeUInt16BE(7, 6);
      return answer;
    case 'closing':
    case 'slow':
      answer.writeUInt16BE(0x8380, 2); // truncated: ask over TCP
      return answer;
    default:
      answer[3] = (answer[3] & 0xf0) | SERVFAIL;
      return answer;
  }
}
