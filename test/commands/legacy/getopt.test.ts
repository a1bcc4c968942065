import { describe, expect, it } from 'vitest';
import { getopt } from '../../../src/commands/legacy/getopt.ts';

const read = (line: string, spec: string, long?: Readonly<Record<string, string>>) => {
  const { options, operands, problem } = getopt(line.split(' '), spec, long);
  return { ...Object.fromEntries(options), operands: operands.join(' '), ...(problem !== undefined && { problem }) };
};

describe('letters', () => {
  it.each([
    ['-h file', { h: '', operands: 'file' }],
    ['-hr', { h: '', r: '', operands: '' }],
    ['-b1024 -b 2048', { b: '2048', operands: '' }],
    ['-hb1024', { h: '', b: '1024', operands: '' }],
    ['-b -h', { b: '-h', operands: '' }],
    ['-b--', { b: '--', operands: '' }],
    ['file -h - -r', { h: '', r: '', operands: 'file -' }],
    ['-h -- -r --', { h: '', operands: '-r --' }],
    ['-hx', { h: '', operands: '', problem: "invalid option -- 'x'" }],
    ['-:', { operands: '', problem: "invalid option -- ':'" }],
    ['--h', { operands: '', problem: "invalid option -- '-'" }],
    ['-hb', { h: '', operands: '', problem: "option requires an argument -- 'b'" }],
    ['-x -y', { operands: '', problem: "invalid option -- 'x'" }],
  ])('%s', (line, expected) => expect(read(line, 'b:hr')).toEqual(expected));
});

describe('long names', () => {
  const long = { bits: 'b', force: 'f', plain: 'plain' };
  it.each([
    ['--bits 1024 --force', { b: '1024', f: '', operands: '' }],
    ['--bits=1024 --plain', { b: '1024', plain: '', operands: '' }],
    ['--bits= file', { b: '', operands: 'file' }],
    ['--bits --force', { b: '--force', operands: '' }],
    ['-fb 1 --bits=2', { b: '2', f: '', operands: '' }],
    ['--bits', { operands: '', problem: "option '--bits' requires an argument" }],
    ['--force=1', { operands: '', problem: "option '--force' doesn't allow an argument" }],
    ['--forced', { operands: '', problem: "unrecognized option '--forced'" }],
    ['--constructor', { operands: '', problem: "unrecognized option '--constructor'" }],
  ])('%s', (line, expected) => expect(read(line, 'b:f', long)).toEqual(expected));
});
