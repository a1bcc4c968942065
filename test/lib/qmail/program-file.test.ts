import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PROGRAM_START, programKind } from '../../../src/lib/qmail/program-file.ts';

function startOf(path: string): Buffer {
  const start = Buffer.alloc(PROGRAM_START);
  const fd = openSync(path, 'r');
  const length = readSync(fd, start);
  closeSync(fd);
  return start.subarray(0, length);
}

const text = (latin1: string) => programKind(Buffer.from(latin1, 'latin1').subarray(0, PROGRAM_START), latin1.length);

/** The header of a small 32-bit program, big endian: header, one program header behind it. */
function elf32(): Buffer {
  const header = Buffer.alloc(PROGRAM_START);
  header.write('\x7fELF\x01\x02\x01', 'latin1');
  header.writeUInt16BE(2, 16);
  header.writeUInt32BE(52, 28);
  header.writeUInt16BE(32, 42);
  header.writeUInt16BE(1, 44);
  return header;
}

describe('a file that is run', () => {
  it.each([process.execPath, '/bin/sh', '/bin/cat'])('%s is a program, unless it was truncated', (path) => {
    const start = startOf(path);
    expect(programKind(start, statSync(path).size)).toBe('binary');
    expect(programKind(start, PROGRAM_START)).toBeUndefined();
    expect(programKind(start.subarray(0, 40), 40)).toBeUndefined();
  });

  it('may be of 32 bits', () => {
    expect(programKind(elf32(), 84)).toBe('binary');
    expect(programKind(elf32(), 83)).toBeUndefined();
  });

  it('may be a script', () => {
    expect(text('#!/bin/sh\n')).toBe('script');
    expect(text('#!')).toBe('script');
  });

  it.each([
    ['nothing', ''],
    ['a text', 'exit 0\n'],
    ['zeros', '\0'.repeat(5000)],
    ['ELF in name only', `\x7fELF\x02\x01\x01\0\nexit 0\n${'\n'.repeat(100)}`],
    ['a core dump', elf32().fill(4, 17, 18).toString('latin1')],
    ['a symbol', '#'],
  ])('is not %s', (_, content) => {
    expect(text(content)).toBeUndefined();
  });
});
