// npm run demo: the main job from key to verdict, with the real command and without network. Ends with 1 if anything is not
// as it should be.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
/** DKTOOL_BIN: a single executable in its place. */
const program = process.env.DKTOOL_BIN
  ? [resolve(process.env.DKTOOL_BIN)]
  : [process.execPath, join(root, 'bin/dktool.js')];
const folder = mkdtempSync(join(tmpdir(), 'dktool-demo-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
process.once('SIGINT', () => process.exit(130));

const { DKTOOL_EXIT_STYLE: _, ...env } = process.env;
const faults = [];

/** Note it where something is not as it should be. */
function expect(isRight, what) {
  if (isRight) return;
  faults.push(what);
  console.log(`  ** wrong: ${what}`);
}

const say = (text) => console.log(`\n# ${text}`);
const indent = (text) => text.replace(/^(?=.)/gm, '  ');
const quoted = (word) => (/^[\w./=@:-]+$/.test(word) ? word : `'${word}'`);

/** Run one command line, show it and what it says, and hold its status against the one that is expected. */
function dktool(args, { input, output, status = 0, quiet = false }) {
  const line = ['dktool', ...args.map(quoted), ...(input ? ['<', input] : []), ...(output ? ['>', output] : [])].join(
    ' ',
  );
  const result = spawnSync(program[0], [...program.slice(1), ...args], {
    cwd: folder,
    env,
    input: input === undefined ? '' : readFileSync(join(folder, input)),
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.error) throw result.error;
  if (output !== undefined) writeFileSync(join(folder, output), result.stdout);
  console.log(`$ ${line}`);
  if (output === undefined && !quiet) process.stdout.write(indent(result.stdout.toString()));
  process.stdout.write(indent(result.stderr.toString()));
  if (status !== 0) console.log(`  [exit status ${result.status}]`);
  expect(result.status === status, `'${line}' ended with ${result.status}, not with ${status}`);
  return result.stdout;
}

const path = (name) => join(folder, name);
cpSync(join(root, 'examples'), path('examples'), { recursive: true });
mkdirSync(path('keys/example.com'), { recursive: true });
mkdirSync(path('signed'));
/** A list changed it: for the end. */
const FROM_LIST = 'from-list.eml';
const messages = readdirSync(path('examples')).filter((name) => name.endsWith('.eml') && name !== FROM_LIST);
expect(messages.length > 0, 'there are no examples');

say('Make a key for example.com, selector 2026a. Standard output is the record to publish.');
dktool(['keygen', 'example.com', '-s', '2026a', '-o', 'keys/example.com/2026a'], { output: '2026a.zone' });
const record = readFileSync(path('2026a.zone'), 'latin1');
console.log(`$ cat 2026a.zone\n${indent(record)}`.trimEnd());
expect(
  record.startsWith('2026a._domainkey.example.com. IN TXT "v=DKIM1; k=rsa; p='),
  'the record is not a DKIM record',
);
expect((statSync(path('keys/example.com/2026a')).mode & 0o777) === 0o600, 'the key file is not for its owner alone');

say('A second run does not overwrite the key.');
const again = dktool(['keygen', 'example.com', '-s', '2026a', '-o', 'keys/example.com/2026a'], { status: 100 });
expect(again.length === 0, 'a refused keygen printed a record');

say('Sign the examples with the key of the From domain or of its parent; a link says which key is in use.');
symlinkSync('2026a', path('keys/example.com/default'));
console.log('$ ln -s 2026a keys/example.com/default');
for (const name of messages) {
  const message = readFileSync(path(`examples/${name}`));
  const signed = dktool(['sign', '-k', 'keys/%/default'], { input: `examples/${name}`, output: `signed/${name}` });
  const field = signed.subarray(0, signed.length - message.length).toString('latin1');
  expect(field.startsWith('DKIM-Signature: v=1;'), `${name} was not signed`);
  expect(signed.subarray(field.length).equals(message), `${name} did not come out as it went in`);
  const lineEnd = message.includes('\r\n') ? '\r\n' : '\n';
  expect(
    field.replaceAll(lineEnd, '').match(/[\r\n]/) === null,
    `the field in ${name} has other line ends than the message`,
  );
}

say('Verify them against the record in the file, before anything is published.');
const zones = ['--zone', '2026a.zone', '--zone', 'examples/signed.zone'];
const signed = messages.map((name) => `signed/${name}`);
dktool(['verify', ...zones, ...signed], {});
const reports = dktool(['verify', '--json', ...zones, ...signed], { quiet: true });
console.log('  (one JSON object a message)');
for (const report of reports
  .toString()
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line))) {
  const all = report.dkim.signatures.every(({ result }) => result === 'pass');
  expect(report.result === 'pass' && all, `not every signature in ${report.file} passes`);
}

say('A forged one does not pass, and the verdict says why: here a word of the body was changed,');
const honest = readFileSync(path('signed/plain.eml'), 'latin1');
judgeForged('body.eml', honest.replace('a room for', 'a car for'), 'body-hash-mismatch', 'mismatch', 'valid');
say('here the author,');
judgeForged('author.eml', honest.replace('ada@', 'eve@'), 'signature-mismatch', 'match', 'invalid');
say('and here a second From field was put on top of the first.');
judgeForged('second.eml', `From: Eve <eve@example.com>\n${honest}`, 'signature-mismatch', 'match', 'invalid');

function judgeForged(name, text, reason, bodyHash, signature) {
  expect(text !== honest, `${name} is not forged`);
  writeFileSync(path(name), text, 'latin1');
  dktool(['verify', '--zone', '2026a.zone', name], { status: 1 });
  const [verdict] = JSON.parse(
    spawnSync(program[0], [...program.slice(1), 'verify', '--json', '--zone', '2026a.zone', name], { cwd: folder, env })
      .stdout,
  ).dkim.signatures;
  expect(verdict.reason === reason, `the reason for ${name} is ${verdict.reason}, not ${reason}`);
  expect(
    verdict.bodyHash === bodyHash && verdict.signature === signature,
    `body hash and signature of ${name} are judged wrongly`,
  );
}

say('A list changed this one behind its signature: what it did is found out, proven, and undone.');
const list = `examples/${FROM_LIST}`;
dktool(['verify', '--explain', '--zone', 'examples/signed.zone', '--restore', 'was.eml', list], { status: 1 });
dktool(['verify', '--zone', 'examples/signed.zone', 'was.eml'], {});

say('An unsigned message is neither good nor bad: that has a status of its own.');
dktool(['verify', '--zone', '2026a.zone', 'examples/plain.eml'], { status: 2 });

if (faults.length > 0) {
  console.error(
    `\n${faults.length} ${faults.length === 1 ? 'thing is' : 'things are'} not as it should be:\n  ${faults.join('\n  ')}`,
  );
  process.exitCode = 1;
} else {
  console.log(`\nAll is as it should be. ${folder} is removed.`);
}
