// npm run bench [-- --quick]: what README and issue targets speak of, measured on this machine against a yardstick in the
// same run. Prints a table and writes build/bench.json. Nothing here is a test: no figure fails a build.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeMessage } from './corpus.mjs';
import { compare, peakMemory } from './measure.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dktool = [process.execPath, join(root, 'bin/dktool.js')];
const quick = process.argv.includes('--quick');
const big = quick ? 100 : 1024; // MiB
// In a short run the start weighs more.
const bigTargets = quick ? { verify: 2.6, sign: 2.8 } : { verify: 2.0, sign: 2.5 };

const work = mkdtempSync(join(tmpdir(), 'dktool-bench-'));
const file = (name) => join(work, name);
const rows = [];

/** @param target the most that the ratio, or the MiB, may be */
function row(what, value, target, spread) {
  const verdict = value === undefined ? 'left out' : value <= target ? 'pass' : 'MISS';
  rows.push({ what, value, target, spread, verdict });
  const shown = value === undefined ? '-' : value.toFixed(2);
  const range = spread ? ` (${spread.map((x) => x.toFixed(2)).join('-')})` : '';
  console.log(
    `${what.padEnd(58)} ${shown.padStart(7)}${range.padEnd(14)} at most ${String(target).padEnd(6)} ${verdict}`,
  );
}

function ratio(what, subject, reference, target, pairs) {
  const result = compare(subject, reference, pairs);
  row(what, result.ratio, target, result.spread);
}

try {
  const run = (args, options) => execFileSync(dktool[0], [...dktool.slice(1), ...args], options);
  const zone = run(['keygen', 'example.com', '-s', 'bench', '-o', file('bench'), '-q']);
  writeFileSync(file('zone'), zone);
  const sign = (input) => ({ command: [...dktool, 'sign', '-q', '-k', file('bench')], stdin: input });
  const verify = (input) => ({ command: [...dktool, 'verify', '--zone', file('zone')], stdin: input });
  const signed = (name) => {
    run(['sign', '-q', '-k', file('bench'), '-o', file(`${name}.signed`), file(name)]);
    return file(`${name}.signed`);
  };

  writeFileSync(file('empty.cjs'), '0;\n');
  const empty = { command: [process.execPath, file('empty.cjs')] };
  makeMessage(file('small'), 5_000);
  const smallSigned = signed('small');
  ratio('sign 5 KB / empty node', sign(file('small')), empty, 1.45, quick ? 11 : 41);
  ratio('verify 5 KB / empty node', verify(smallSigned), empty, 1.55, quick ? 11 : 41);

  makeMessage(file('big'), big * 1024 * 1024);
  const bigSigned = signed('big');
  const pairs = quick ? 3 : 5;
  const digest = { command: ['openssl', 'dgst', '-sha256', bigSigned] };
  ratio(`verify ${big} MiB / openssl dgst -sha256`, verify(bigSigned), digest, bigTargets.verify, pairs);
  ratio(`sign ${big} MiB from a file / openssl dgst -sha256`, sign(file('big')), digest, bigTargets.sign, pairs);
  row(`peak MiB, verify ${big} MiB from a file`, peakMemory(verify(bigSigned)), 120);
  row(`peak MiB, verify ${big} MiB from a pipe`, peakMemory({ ...verify(bigSigned), pipe: true }), 120);
  row(`peak MiB, sign ${big} MiB from a file`, peakMemory(sign(file('big'))), 120);
  row(`peak MiB, sign ${big} MiB from a pipe`, peakMemory({ ...sign(file('big')), pipe: true }), 120);
} finally {
  rmSync(work, { recursive: true, force: true });
}

if (!existsSync(join(root, 'build'))) mkdirSync(join(root, 'build'));
writeFileSync(
  join(root, 'build/bench.json'),
  `${JSON.stringify({ date: new Date().toISOString(), node: process.version, rows }, null, 1)}\n`,
);
