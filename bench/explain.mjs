// verify --explain of damaged messages in one process, against the same without an explanation.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeMessage } from './corpus.mjs';
import { compare } from './measure.mjs';

const FOOTER = `${'_'.repeat(47)}\nUsers mailing list\nUsers@lists.example.org\nhttps://lists.example.org/listinfo/users\n`;
const TARGET_MS = 20;

/** What lists do, in turn. @param text a signed message */
function damaged(text, i) {
  const [header, ...rest] = text.split('\n\n');
  const body = rest.join('\n\n');
  const tagged = header.replace('Subject: ', 'Subject: [users] ');
  const wrapped = Buffer.from(`${body}${FOOTER}`).toString('base64').replace(/.{76}/g, '$&\n');
  if (i % 20 === 19) return `${tagged}\n\n${body.replace('the', 'teh')}`; // what nobody can explain
  if (i % 4 === 0) return `${header}\n\n${body}${FOOTER}`;
  if (i % 4 === 1) return `${tagged}\n\n${body}${FOOTER}`;
  if (i % 4 === 2) return `${header}\nContent-Transfer-Encoding: base64\n\n${wrapped}\n`;
  return `${tagged.replace('text/plain', 'text/plain; charset="us-ascii"')}\n\n${FOOTER}${body}`;
}

export function explain({ table, file, run, dktool, quick }) {
  const count = quick ? 200 : 1_000;
  const folder = file('damaged');
  mkdirSync(folder);
  for (let i = 0; i < count; i++) {
    const message = file('message.eml');
    makeMessage(message, 6_000, { seed: i + 1 });
    const signed = run('sign', '-k', file('bench'), '-s', 'bench', '-d', 'example.com', message);
    writeFileSync(join(folder, `${i}.eml`), damaged(signed, i), 'latin1');
  }
  const verify = (...more) => [...dktool, 'verify', '--json', '--zone', file('zone'), ...more, '-r', folder];
  const [ours, plain] = [verify('--explain'), verify()].map((command) => ({ command, status: 1 }));
  const reports = output(ours.command).trimEnd().split('\n');
  const proven = reports.filter((line) => JSON.parse(line).dkim.signatures[0].explanation.proof !== 'none').length;
  const started = process.hrtime.bigint();
  output(ours.command);
  const ms = Number(process.hrtime.bigint() - started) / 1e6 / count;
  table.row(`verify --explain, ms a message of ${count} damaged ones`, ms, TARGET_MS, { note: `${proven} proven` });
  const { ratio, spread } = compare(ours, plain, quick ? 3 : 5);
  table.row(`verify --explain of ${count} damaged messages / verify`, ratio, undefined, { spread });
}

function output([command, ...args]) {
  try {
    return execFileSync(command, args, { encoding: 'latin1', maxBuffer: 1 << 28 });
  } catch (error) {
    if (error.status === 1) return error.stdout; // none of them passes
    throw error;
  }
}
