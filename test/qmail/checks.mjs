// What must hold in a real qmail. Each check returns nothing, or { ok: what was seen }, or a string: what is wrong.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';

/** Messages of the battery that cannot be signed, or whose author has no key. The queue puts a field above an mbox line. */
const UNSIGNED = [
  'already-signed',
  'colonless-header',
  'empty',
  'mbox-from',
  'no-from',
  'only-body',
  'other-domain',
  'two-from',
];
/** SMTP has no last line without an end: qmail-remote returns these, with or without us. */
const RETURNED = ['header-only-no-newline', 'no-final-newline', 'binary'];

export function checks({ full }) {
  const size = full ? { storm: 200, flood: 120, gap: 0.05 } : { storm: 25, flood: 24, gap: 0.08 };
  return [
    { name: 'a qmail of its own sends awkward messages', check: (lab) => battery(lab, 'plain') },
    { name: 'and answers of every kind', check: (lab) => answers(lab, 'plain') },
    { name: 'contrib/qmail/install installs, and again', check: install },
    {
      name: 'awkward messages are sent as without us, and signed',
      check: (lab) => battery(lab, 'dk') ?? compareBatteries(lab),
    },
    { name: 'answers of every kind are as without us', check: (lab) => answers(lab, 'dk') ?? compareAnswers(lab) },
    { name: 'awkward messages come in whole, with their results', check: incoming },
    { name: 'SMTP answers name the reason of a refusal', check: refusal },
    { name: 'a forward under qmail-lspawn is verified', check: forward },
    ...shells().map((words) => ({
      name: `under ${words}, with SIGCHLD blocked by qmail`,
      check: (lab) => underShell(lab, words),
    })),
    { name: 'no file is left behind', check: leftovers },
    { name: `a storm of kills on ${size.storm} mails out`, check: (lab) => stormOut(lab, size) },
    { name: `a storm of kills on ${size.storm} mails in`, check: (lab) => stormIn(lab, size) },
    { name: 'a service does the work of the launchers', check: served },
    {
      name: `a storm of kills on ${size.storm} mails out, its service among the dead`,
      check: (lab) => withService(lab, () => stormOut(lab, size)),
    },
    {
      name: `a storm of kills on ${size.storm} mails in, its service among the dead`,
      check: (lab) => withService(lab, () => stormIn(lab, size)),
    },
    { name: `a message to ${size.flood} recipients`, check: (lab) => flood(lab, size.flood) },
    { name: 'the limits of usual run scripts', check: (lab) => limits(lab, full) },
    { name: 'dktool check --control sees what would hold mail up', check: checkControl },
    { name: 'install after an upgrade of qmail, and --undo', check: upgrade },
  ];
}

/** The name of a message of the battery to what came out of it. */
const batteries = {};

function battery(lab, tag) {
  if (tag === 'plain') {
    lab.smtpEnv = 'QMAILQUEUE=$QMAIL/bin/qmail-queue';
    lab.start();
  }
  // The helper waits a minute for messages that qmail-remote returns: the names are asked for in two runs.
  const names = [...readFileSync(lab.at('battery_out.py'), 'utf8').matchAll(/^ '([\w-]+)': /gm)].map(
    ([, name]) => name,
  );
  const sent = names.filter((name) => !RETURNED.includes(name));
  lab.inside(`python3 battery_out.py ${tag} ${sent.join(' ')}`, { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const name of RETURNED)
    lab.queue(
      'From: Joe <joe@example.com>\nSubject: x\n\nhello'.slice(0, name === RETURNED[0] ? 38 : 99),
      'joe@example.com',
      [`${name}.${tag}@remote.test`],
    );
  if (!lab.until(() => lab.waiting === 0, 30)) return `${lab.waiting} messages are still in the queue`;
  batteries[tag] = new Map(
    lab.sunk.filter(({ to }) => to.endsWith(`.${tag}`)).map((one) => [one.to.slice(0, -tag.length - 1), one]),
  );
  const missing = sent.filter((name) => !batteries[tag].has(name));
  if (missing.length > 0) return `not sent: ${missing.join(', ')}`;
  return RETURNED.some((name) => batteries[tag].has(name)) ? 'a partial last line was sent' : undefined;
}

/** Without what differs from one delivery to the next, and without our signatures. */
function essence(message) {
  return message
    .replace(/^(?:(?:DKIM|DomainKey)-Signature: .*\r\n(?:\t.*\r\n)*)*(?=Received: \(qmail)/, '')
    .replace(/^Received: \(qmail \d+ invoked by .*\r\n/, '')
    .replace(/\r+\n|\r/g, '\n');
}

function compareBatteries(lab) {
  const wrong = [];
  for (const [name, { message, path }] of batteries.dk) {
    const [ours, theirs] = [message, batteries.plain.get(name).message].map(essence);
    if (ours !== theirs && !(name === 'bare-cr' && sameButForEmptyLines(ours, theirs))) {
      wrong.push(`${name} is not what qmail alone sends`);
    }
    if (UNSIGNED.includes(name)) {
      if (!message.startsWith('Received: ')) wrong.push(`${name} is signed`);
      continue;
    }
    if (/[^\r]\n|\r(?!\n)/.test(message)) wrong.push(`${name} has a bare CR or LF`);
    const command = ['netns', 'exec', lab.space, lab.at('bin/dktool'), 'verify', '--json', path];
    const { result } = JSON.parse(spawnSync('ip', command, { encoding: 'utf8' }).stdout);
    if (result !== 'pass') wrong.push(`${name} verifies as ${result}`);
  }
  return wrong.length > 0 ? wrong.join('; ') : { ok: `${batteries.dk.size} the same` };
}

/** Of CR CR LF, notqmail sends a line with a CR in it, which we do not. */
function sameButForEmptyLines(one, other) {
  const [first, second] = [one, other].map((text) => text.replace(/\n+/g, '\n'));
  return first === second;
}

const KINDS = ['temp', 'perm', 'dtemp', 'dperm', 'drop', 'ok'];
const outcomes = {};

/** What became of each recipient: the words of qmail-send's log. */
function answers(lab, tag) {
  const message = readFileSync(lab.at('data/out.eml'));
  const recipients = [
    ...KINDS.map((kind) => `${kind}.ans-${tag}@remote.test`),
    `x.ans-${tag}@nosuch.example.com`,
    `joe-ans-${tag}@example.com`,
  ];
  lab.queue(message, 'joe@example.com', recipients);
  lab.queue(message, '', [`null.ans-${tag}@remote.test`]);
  lab.queue(message, '', [`perm.null-ans-${tag}@remote.test`]);
  lab.queue(message, 'joe@example.com-@[]', [`verp.ans-${tag}@remote.test`, `perm.verp-ans-${tag}@remote.test`]);
  lab.queue(message, 'we ird"x@example.com', [`quo ted"q.ans-${tag}@remote.test`]);
  const count = recipients.length + 5;
  const seen = () => results(lab, `ans-${tag}`);
  lab.until(() => seen().size >= count, 25);
  outcomes[tag] = seen();
  lab.purge();
  return outcomes[tag].size >= count ? undefined : `only ${outcomes[tag].size} of ${count} were tried`;
}

function results(lab, tag) {
  const log = lab.log;
  const of = new Map();
  for (const match of log.matchAll(/starting delivery (\d+): msg \d+ to \w+ (.*)/g)) {
    const [, number, to] = match;
    if (!to.includes(tag)) continue;
    // Deliveries are counted anew after each start.
    const [, word, text] = new RegExp(`delivery ${number}: (\\w+): (.*)`).exec(log.slice(match.index)) ?? [];
    if (word !== undefined) of.set(to.replace(tag, ''), `${word} ${text.replace(/\d+|\S*-(?:plain|dk)\S*/g, '#')}`);
  }
  return of;
}

function compareAnswers() {
  const wrong = [...outcomes.plain].filter(([to, what]) => outcomes.dk.get(to) !== what);
  if (wrong.length > 0)
    return wrong.map(([to, what]) => `${to}: ${what}, but with us ${outcomes.dk.get(to)}`).join('; ');
  return { ok: `${outcomes.dk.size} the same` };
}

function install(lab) {
  const first = lab.install();
  const second = lab.install();
  if (!first.includes('qmail-remote is now the launcher') || second.includes('now')) return `${first}${second}`;
  lab.install('--check');
  lab.smtpEnv = 'QMAILQUEUE=$QMAIL/bin/dktool-queue DKVERIFY=';
  lab.start();
  return undefined;
}

/** Through dktool-queue as qmaild runs it, and to joe. */
function incoming(lab) {
  const folder = lab.at('bat.plain');
  const file = (name) => readFileSync(join(folder, `${name}.eml`), 'latin1');
  const names = [
    '10MB',
    'nul',
    'many-headers',

    'two-from',
    'dots',
    'empty',
    '8bit-header-latin1',
    'colonless-header',
    'long2000',
  ];
  const before = lab.maildir('joe').length;
  const env = { DKVERIFY: '', DKTOOL_SPF: '1', TCPREMOTEIP: '127.0.0.3' };
  for (const name of names) {
    const message = Buffer.from(file(name).replaceAll('\r\n', '\n'), 'latin1');
    const status = lab.queue(message, 'ann@remote.test', ['joe@example.com'], { queue: 'dktool-queue', env });
    if (status !== 0) return `${name}: dktool-queue ended with ${status}`;
  }
  if (!lab.until(() => lab.maildir('joe').length >= before + names.length, 20))
    return `${lab.maildir('joe').length - before} of ${names.length} arrived`;
  const arrived = lab.maildir('joe');
  const wrong = names.filter(
    (name) => !arrived.some((message) => message.endsWith(file(name).replaceAll('\r\n', '\n'))),
  );
  if (wrong.length > 0) return `not whole: ${wrong.join(', ')}`;
  // By SMTP, with a signature that verifies, and with SPF.
  lab.smtpEnv = 'QMAILQUEUE=$QMAIL/bin/dktool-queue DKVERIFY= DKTOOL_SPF=1';
  lab.start();
  lab.inside('python3 smtpsend.py jane@example.com <data/s5k.eml', { stdio: ['ignore', 'pipe', 'pipe'] });
  lab.until(() => lab.maildir('jane').some((text) => text.includes('spf=')), 10);
  const [mail = ''] = lab.maildir('jane').filter((text) => text.includes('spf='));
  const field = /^Authentication-Results: [^\n]*(?:\n[ \t].*)*/m.exec(mail)?.[0] ?? 'no Authentication-Results';
  if (!/spf=pass smtp\.mailfrom=remote\.test/.test(field)) return field;
  return /dktool-queue: accepted: dkim=\S+ .*client 127\.0\.0\.3; qp \d+/.test(lab.log)
    ? { ok: field.replace(/\s+/g, ' ').slice(0, 160) }
    : 'there is no line in the log of qmail-smtpd';
}

function refusal(lab) {
  const said = lab.inside('python3 smtpsend.py -s 127.0.0.11 jane@example.com <data/broken.eml', {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return /^554 this message is not accepted: dkim=\w+ .*\(#5\.7\.20\)/m.test(said)
    ? { ok: said.trim().slice(0, 150) }
    : said;
}

function forward(lab) {
  lab.sendEnv = 'QMAILQUEUE=$QMAIL/bin/dktool-queue DKVERIFY=';
  const file = join(lab.homes.get('joe'), '.qmail-fwd');
  lab.sh(`echo '&bob@example.com' >'${file}'; chown joe: '${file}'; chmod 644 '${file}'`);
  lab.start();
  const before = lab.maildir('bob').length;
  lab.queue(readFileSync(lab.at('data/plain.eml')), 'ann@remote.test', ['joe-fwd@example.com']);
  const arrived = lab.until(() => lab.maildir('bob').length > before, 15);
  lab.sendEnv = '';
  lab.start();
  if (!arrived) return 'it did not arrive within 15 s';
  return lab.maildir('bob').some((text) => text.includes('Authentication-Results: mail.example.com'))
    ? undefined
    : 'it has no result';
}

function shells() {
  const paths = [['dash'], ['bash'], ['busybox', 'sh'], ['mksh'], ['ksh93'], ['yash']];
  return paths.flatMap(([name, ...more]) => {
    const path = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
    return path === '' ? [] : [[path, ...more].join(' ')];
  });
}

function underShell(lab, words) {
  const tag = words.replace(/\W/g, '');
  lab.shell(words);
  const message = readFileSync(lab.at('data/o5k.eml'));
  const recipients = [1, 2, 3].map((i) => `sh${tag}${i}`);
  const before = lab.maildir('bob').length;
  for (const to of recipients) lab.queue(message, 'joe@example.com', [`${to}@remote.test`]);
  for (let i = 0; i < 2; i++)
    lab.inside('python3 smtpsend.py bob@example.com <data/s5k.eml', { stdio: ['ignore', 'pipe', 'pipe'] });
  const arrived = () =>
    lab.sunk.filter(({ to, message: text }) => recipients.includes(to) && text.startsWith('DKIM-Signature:'));
  const ok = lab.until(() => arrived().length === 3 && lab.maildir('bob').length === before + 2, 20);
  lab.shell('/bin/sh');
  return ok ? undefined : `out ${arrived().length} of 3, in ${lab.maildir('bob').length - before} of 2`;
}

function leftovers(lab) {
  lab.until(() => lab.leftovers.length === 0, 3);
  return lab.leftovers.length === 0 ? undefined : JSON.stringify(lab.leftovers);
}

function stormOut(lab, { storm, gap }) {
  const said = lab.inside(`python3 storm_out.py ${storm} 0 ${gap}`, { stdio: ['ignore', 'pipe', 'pipe'] });
  const number = (word) => Number(new RegExp(`${word} (\\d+)`).exec(said)?.[1] ?? -1);
  const holds =
    number('once') === storm &&
    ['twice\\+', 'never', 'not whole', 'not verified', 'left in queue', 'failures', 'bounces'].every(
      (word) => Number([...said.matchAll(new RegExp(`${word} (\\d+)`, 'g'))].at(-1)?.[1]) === 0,
    );
  const summary = `${said.trim().replace(/\n/g, ' | ').slice(0, 900)}; files left: ${lab.leftovers.length}`;
  return holds ? { ok: summary } : summary;
}

function stormIn(lab, { storm, gap }) {
  const said = lab.inside(`python3 storm_in.py ${storm} ${gap} 0`, { stdio: ['ignore', 'pipe', 'pipe'] });
  const summary = `${said.trim().replace(/\n/g, ' | ').slice(0, 900)}; files left: ${lab.leftovers.length}`;
  return said.includes(
    `accepted ${storm}; in the Maildir: distinct ${storm}, once ${storm}, twice+ 0, never 0, not whole 0`,
  ) && !said.includes('PERM')
    ? { ok: summary }
    : summary;
}

function withService(lab, check) {
  lab.serve();
  try {
    return check();
  } finally {
    lab.serveNoMore();
  }
}

/** What comes in is verified, and what goes out is signed, and no Node.js is started for it. */
function served(lab) {
  const MAILS = 12;
  lab.smtpEnv = 'QMAILQUEUE=$QMAIL/bin/dktool-queue DKVERIFY=';
  lab.start();
  const before = lab.sunk.length;
  const came = lab.maildir('bob').length;
  // What launchers left that the storms before have killed.
  const old = new Set(lab.leftovers.map(({ name }) => name));
  withService(lab, () => {
    for (let i = 0; i < MAILS; i++) {
      lab.queue('From: Joe <joe@example.com>\nSubject: x\n\nhello\n', 'joe@example.com', [`served${i}@remote.test`]);
    }
    lab.inside(`python3 speed_in.py 127.0.0.3 ${MAILS} 2 data/s5k.eml`, { stdio: ['ignore', 'pipe', 'pipe'] });
    lab.until(() => lab.sunk.length >= before + MAILS && lab.maildir('bob').length >= came + MAILS, 30);
  });
  const sent = lab.sunk.filter(({ to }) => to.startsWith('served'));
  const unsigned = sent.filter(
    ({ message }) => !message.startsWith('DKIM-Signature: ') && !/^DKIM-Signature: /m.test(message),
  );
  const [into, out] = lab.served;
  if (sent.length !== MAILS || unsigned.length > 0)
    return `${sent.length} of ${MAILS} arrived, ${unsigned.length} of them unsigned`;
  // On a busy machine some wait for longer than a second.
  if (into < 1 || out < 1) return `the services took ${into} messages in and ${out} out`;
  const left = lab.leftovers.filter(({ name }) => !old.has(name));
  return left.length === 0 ? undefined : `left behind: ${JSON.stringify(left)}`;
}

/** DKCONCURRENCY by default: twice the processors. */
function flood(lab, count) {
  writeFileSync(join(lab.qmail, 'control/concurrencyremote'), `${count}\n`);
  lab.start();
  const said = lab.inside(`python3 flood.py ${count}`, { stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  const limit = 2 * Number(lab.sh('getconf _NPROCESSORS_ONLN'));
  const peak = Number(/peak node processes (\d+)/.exec(said)?.[1] ?? Infinity);
  const all = lab.sunk.filter(({ to }) => to.startsWith('flood'));
  writeFileSync(join(lab.qmail, 'control/concurrencyremote'), '20\n');
  lab.start();
  if (all.length !== count) return `${all.length} of ${count} arrived: ${said}`;
  return peak <= limit ? { ok: said } : `more than ${limit} at a time: ${said}`;
}

/** softlimit as the manual has it, soft; and hard limits, with room to spare. */
function limits(lab, full) {
  const message = `${readFileSync(lab.at('data/plain.eml'), 'latin1')}${'0123456789012345678901234567890123456789012345678901234567\n'.repeat(11)}`;
  writeFileSync(lab.at('m900.eml'), message, 'latin1');
  const wrong = [];
  for (const soft of full ? [3000000, 4000000, 8000000, 20000000] : [3000000, 8000000]) {
    lab.soft = soft;
    lab.start();
    const said = lab.inside('python3 smtpsend.py bob@example.com <m900.eml', { stdio: ['ignore', 'pipe', 'pipe'] });
    if (!said.startsWith('250')) wrong.push(`softlimit -m ${soft}: ${said.trim()}`);
  }
  for (const hard of ['-v 150000', '-d 40000']) {
    const said = spawnSync(
      'ip',
      ['netns', 'exec', lab.space, 'sh', '-c', `ulimit ${hard}; python3 qq.py ann@remote.test bob@example.com`],
      {
        cwd: lab.work,
        env: { ...lab.env, QMAILQUEUE: join(lab.qmail, 'bin/dktool-queue'), DKVERIFY: '', TMPDIR: lab.at('tmp') },
        input: message,
        encoding: 'latin1',
      },
    );
    if (said.status !== 0) wrong.push(`ulimit ${hard}: ${said.status} ${said.stderr.slice(0, 200)}`);
  }
  lab.soft = 8000000;
  lab.start();
  return wrong.length > 0 ? wrong.join('; ') : undefined;
}

/** The codes of what `dktool check --control` finds. */
function controlFindings(lab) {
  const command = `dktool check --control '${lab.qmail}/control' --json || :`;
  const said = lab.inside(command, { stdio: ['ignore', 'pipe', 'pipe'] });
  return [...said.matchAll(/"code":"([\w-]+)"/g)].map(([, code]) => code);
}

function checkControl(lab) {
  const key = lab.at('domainkeys/example.com/default');
  const dksign = join(lab.qmail, 'control/dksign');
  const before = controlFindings(lab);
  lab.sh(`chmod 600 '${key}'`);
  const denied = controlFindings(lab).includes('key-signer-denied');
  lab.sh(`chmod 640 '${key}'; sed -i 's/^/ /' '${dksign}'`);
  const blank = controlFindings(lab).includes('config-syntax');
  lab.sh(`sed -i 's/^ //' '${dksign}'`);
  if (before.some((code) => /^(?:key|config|qmail)-/.test(code))) return `found without a reason: ${before.join(' ')}`;
  return denied && blank ? undefined : `not seen: ${denied ? '' : 'mode 600 '}${blank ? '' : 'a leading blank'}`;
}

function upgrade(lab) {
  mkdirSync(lab.at('new'), { recursive: true });
  lab.sh(
    `cd notqmail && printf 'upgraded' >>qmail-remote && cp qmail-remote '${lab.qmail}/bin/qmail-remote.up' && chmod 711 '${lab.qmail}/bin/qmail-remote.up' && mv -f '${lab.qmail}/bin/qmail-remote.up' '${lab.qmail}/bin/qmail-remote'`,
  );
  const seen = spawnSync(`${lab.root}/contrib/qmail/install`, ['--check', lab.qmail], { encoding: 'utf8' });
  if (!controlFindings(lab).includes('qmail-remote-original')) return 'dktool check does not see the upgrade';
  if (seen.status !== 1) return `--check does not see the upgrade: ${seen.stdout}`;
  lab.install();
  if (!readFileSync(join(lab.qmail, 'bin/qmail-remote.orig'), 'latin1').endsWith('upgraded'))
    return 'the new qmail-remote was not kept';
  lab.install('--undo');
  lab.install('--undo');
  return readFileSync(join(lab.qmail, 'bin/qmail-remote'), 'latin1').endsWith('upgraded')
    ? undefined
    : 'the real program is not back';
}
