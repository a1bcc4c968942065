/** Archives made in memory. */
import { crc32, deflateRawSync } from 'node:zlib';

export type TarMember = readonly [name: string, content: string | Uint8Array];

const bytesOf = (content: string | Uint8Array) =>
  typeof content === 'string' ? Buffer.from(content, 'latin1') : Buffer.from(content);

/** As POSIX.1-1988 has it: names of up to 100 octets. */
export function tarOf(members: readonly TarMember[]): Buffer {
  const blocks = members.flatMap(([name, content]) => {
    const bytes = bytesOf(content);
    const header = Buffer.alloc(512);
    header.write(name, 0, 100, 'latin1');
    header.write('0000644\0', 100);
    header.write('0000000\x000000000\0', 108);
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\x0000000000000\0        0`, 124);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((total, octet) => total + octet, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** @param encrypted the name of a member that is said to be */
export function zipOf(
  members: readonly TarMember[],
  method: 'deflate' | 'store' = 'deflate',
  { encrypted = '' } = {},
): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of members) {
    const bytes = bytesOf(content);
    const packed = method === 'deflate' ? deflateRawSync(bytes) : bytes;
    const label = Buffer.from(name, 'utf8');
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(name === encrypted ? 1 : 0, 2);
    shared.writeUInt16LE(method === 'deflate' ? 8 : 0, 4);
    shared.writeUInt32LE(crc32(bytes), 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(bytes.length, 18);
    shared.writeUInt16LE(label.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), shared, label, packed]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0', 'latin1'), shared, place, label]));
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}
