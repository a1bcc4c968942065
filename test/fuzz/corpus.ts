/** Inputs that reached code that none before them had reached: kept, and tried first. A JSON string of latin1 a line. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export function readCorpus(path: string): Buffer[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => Buffer.from(JSON.parse(line) as string, 'latin1'));
}

export function writeCorpus(path: string, inputs: readonly Buffer[]): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, inputs.map((input) => `${asLine(input)}\n`).join(''));
}

/** ASCII, so that editors and diffs leave it alone. */
export function asLine(input: Buffer): string {
  const text = JSON.stringify(input.toString('latin1'));
  return text.replace(/[^ -~]/g, (octet) => `\\u${octet.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
