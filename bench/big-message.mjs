// One message of 1 GiB through whole processes, against the plain hash of the same octets; and what memory that takes.
import { makeMessage } from './corpus.mjs';
import { noMemory, peakMemory } from './measure.mjs';

const MIB = 1024 * 1024;

const piped = (command) => ({ ...command, pipe: true });
const named = (what) => `${what} / openssl dgst -sha256`;

export function bigMessage({ table, file, quick, sign, verify, signed }) {
  const size = quick ? 100 : 1024;
  const pairs = quick ? 3 : 7;
  // In a short run the start weighs more.
  const targets = quick ? { verify: 2.6, sign: 2.8, pipe: 4 } : { verify: 1.25, sign: 1.6, pipe: 2.8 };
  makeMessage(file('big'), size * MIB);
  const bigSigned = signed('big');
  const digest = { command: ['openssl', 'dgst', '-sha256', bigSigned] };
  table.ratio(named(`verify ${size} MiB`), verify(bigSigned), digest, targets.verify, pairs);
  table.ratio(named(`sign ${size} MiB from a file`), sign(file('big')), digest, targets.sign, pairs);
  table.ratio(named(`sign ${size} MiB from a pipe`), piped(sign(file('big'))), digest, targets.pipe, pairs);
  const peak = (what, command, target) =>
    table.row(`peak MiB, ${what}`, peakMemory(command), target, { note: noMemory });
  peak(`verify ${size} MiB from a file`, verify(bigSigned), 64);
  peak(`verify ${size} MiB from a pipe`, piped(verify(bigSigned)), 64);
  peak(`sign ${size} MiB from a file`, sign(file('big')), 96);
  peak(`sign ${size} MiB from a pipe`, piped(sign(file('big'))), 96);
}
