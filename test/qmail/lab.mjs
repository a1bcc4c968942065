// A real qmail on loopback, from the source and helper programs in the folder that QMAIL_LAB names. Built into a folder of
// its own (conf-qmail) and run in a network name space, with users of its own; all of it is gone at the end.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NEEDED = ['gcc', 'make', 'ip', 'tcpserver', 'svscan', 'multilog', 'nsd', 'python3', 'flock', 'useradd'];
const USERS = ['joe', 'jane', 'bob'];

/** @returns why it cannot be run here, or undefined */
export function obstacle(source) {
  if (!existsSync(join(source, 'notqmail.tar.gz')))
    return `there is no notqmail.tar.gz in ${source}: QMAIL_LAB names its folder`;
  if (process.getuid() !== 0) return 'it needs root, for users, set-uid programs and a network name space';
  const missing = NEEDED.filter((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0);
  if (missing.length > 0)
    return `it needs ${missing.join(', ')} (Debian: gcc make ucspi-tcp daemontools nsd iproute2 python3-dkim)`;
  if (spawnSync('ip', ['netns', 'list']).status !== 0) return 'it needs network name spaces';
  return undefined;
}

export class Lab {
  constructor(source, root) {
    this.root = root;
    this.work = mkdtempSync(join(tmpdir(), 'dktool-qmail-lab-'));
    chmodSync(this.work, 0o755);
    this.qmail = join(this.work, 'qmail');
    this.space = `dktool-${process.pid}`;
    this.made = [];
    this.smtpEnv = 'QMAILQUEUE=$QMAIL/bin/dktool-queue DKVERIFY=';
    this.sendEnv = '';
    this.soft = 8000000;
    cpSync(source, this.work, { recursive: true });
    this.sh(`chmod -R u+w '${this.work}'; mkdir -m 1777 tmp; mkdir bin home`);
    writeFileSync(this.at('bin/dktool'), `#!/bin/sh\nexec '${process.execPath}' '${root}/bin/dktool.js' "$@"\n`, {
      mode: 0o755,
    });
  }

  at(...names) {
    return join(this.work, ...names);
  }

  get env() {
    return { ...process.env, QLAB: this.work, PATH: `${this.at('bin')}:/usr/sbin:/usr/bin:/sbin:/bin` };
  }

  /** Run shell text in the work folder. @returns its stdout @throws where it fails */
  sh(text, options = {}) {
    return execFileSync('sh', ['-c', text], {
      cwd: this.work,
      env: this.env,
      encoding: 'latin1',
      maxBuffer: 1e9,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...options,
    });
  }

  /** The same in the name space. */
  inside(text, options = {}) {
    const command = ['netns', 'exec', this.space, 'sh', '-c', text];
    return execFileSync('ip', command, {
      cwd: this.work,
      env: this.env,
      encoding: 'latin1',
      maxBuffer: 1e9,
      ...options,
    });
  }

  build() {
    const homes = new Map();
    for (const group of ['nofiles', 'qmail'])
      this.#unless(`getent group ${group}`, `groupadd ${group}`, `groupdel ${group}`);
    for (const [user, group] of [
      ['alias', 'nofiles'],
      ['qmaild', 'nofiles'],
      ['qmaill', 'nofiles'],
      ['qmailp', 'nofiles'],
      ['qmailq', 'qmail'],
      ['qmailr', 'qmail'],
      ['qmails', 'qmail'],
    ]) {
      this.#unless(`id ${user}`, `useradd -M -g ${group} -d '${this.qmail}' -s /bin/false ${user}`, `userdel ${user}`);
    }
    for (const user of USERS) {
      this.#unless(`id ${user}`, `useradd -M -d '${this.at('home', user)}' -s /bin/sh ${user}`, `userdel ${user}`);
      homes.set(user, this.sh(`getent passwd ${user} | cut -d: -f6`).trim());
    }
    this.homes = homes;
    // The helpers have fixed places in them.
    const places = [
      ['/var/qmail', this.qmail],
      ['/etc/domainkeys', this.at('domainkeys')],
      ['/etc/netns/qlab', `/etc/netns/${this.space}`],
      ['netns exec qlab', `netns exec ${this.space}`],
      ['netns add qlab', `netns add ${this.space}`],
      ['-N qlab', `-N ${this.space}`],
      ["'^qlab'", `'^${this.space}'`],
      ['/home/$u', this.at('home', '$u')],
      ...USERS.map((user) => [`/home/${user}`, homes.get(user)]),
    ];
    for (const name of readdirSync(this.work).filter((file) => /\.(?:sh|py)$/.test(file))) {
      const text = readFileSync(this.at(name), 'utf8');
      writeFileSync(
        this.at(name),
        places.reduce((all, [from, to]) => all.replaceAll(from, to), text),
      );
    }
    this.sh('tar xzf notqmail.tar.gz');
    const conf = this.at('notqmail/conf-qmail');
    writeFileSync(conf, `${this.qmail}\n${readFileSync(conf, 'utf8').split('\n').slice(1).join('\n')}`);
    this.sh('cd notqmail && { make it && make setup check; } >../build.log 2>&1');
    for (const user of USERS) {
      this.sh(`home='${homes.get(user)}'; mkdir -p "$home"; chown ${user}: "$home"; chmod 755 "$home";`);
    }
    // Killed children of init are its own affair, but what storms kill is ours: all kinds of helpers.
    this.#patch('storm_out.py', [
      ["if a.startswith('/bin/sh')", "if a.split(' ')[0].split('/')[-1] in ('sh', 'dash', 'bash', 'mksh', 'busybox')"],
      [" or k == 'other'", ''],
      [
        "k = 'node' if 'dktool-remote.js' in a",
        "k = 'service' if ' serve --slots' in a else 'node' if 'dktool-remote.js' in a",
      ],
    ]);
    this.#patch('storm_in.py', [
      [
        "k = 'node' if 'dktool-queue.js' in a",
        "k = 'service' if ' serve --slots' in a else 'node' if 'dktool-queue.js' in a",
      ],
      [
        "else 'sleep' if a.startswith('sleep') else None",
        "else 'tool' if a.split(' ')[0] in ('sleep', 'cat', 'flock', 'mktemp', 'getconf', 'rm', 'date') else None",
      ],
    ]);
    const uid = "os.stat(p).st_uid == __import__('pwd').getpwnam('qmailr').pw_uid";
    const read = "c=open(p+'/cmdline',encoding='latin1').read()";
    this.#patch('flood.py', [[read, `${read} if ${uid} else ''`]]);
    this.#patch('04-services.sh', [['sleep 5', 'sleep 1.5']]);
    this.sh('sh 02-control.sh');
    this.sh(
      `mkdir -p domainkeys/example.com && chmod 755 domainkeys domainkeys/example.com && dktool keygen example.com -s default -o domainkeys/example.com/default --group qmail >key.txt 2>&1`,
    );
    writeFileSync(join(this.qmail, 'control/dksign'), `${this.at('domainkeys')}/%/default\n`);
    writeFileSync(join(this.qmail, 'control/smtproutes'), 'remote.test:[127.0.0.2]:2025\n');
    this.inside('sh 03-dns.sh >dns.log 2>&1');
  }

  #unless(test, make, unmake) {
    if (spawnSync('sh', ['-c', test]).status === 0) return;
    this.sh(make);
    this.made.unshift(unmake);
  }

  #patch(name, pairs) {
    let text = readFileSync(this.at(name), 'utf8');
    for (const [from, to] of pairs) {
      if (!text.includes(from)) throw new Error(`${name} has no ${from}`);
      text = text.replace(from, to);
    }
    writeFileSync(this.at(name), text);
  }

  /** The package's own script. */
  install(...args) {
    return this.sh(`'${this.root}/contrib/qmail/install' ${args.join(' ')} '${this.qmail}' 2>&1`);
  }

  /** The launchers under another shell. @param words of its #! line */
  shell(words) {
    for (const name of ['qmail-remote', 'dktool-queue']) {
      const path = join(this.qmail, 'bin', name);
      const text = readFileSync(path, 'utf8').replace(/^#!.*/, `#!${words}`);
      writeFileSync(`${path}.new`, text, { mode: 0o755 });
      this.sh(`chmod 755 '${path}.new'; mv -f '${path}.new' '${path}'`);
    }
  }

  /** Start the services, or start them again with what has changed. */
  start() {
    const expand = (text) => text.replaceAll('$QMAIL', this.qmail);
    const env = {
      ...this.env,
      SENDENV: `TMPDIR=${this.at('tmp')} ${expand(this.sendEnv)}`,
      SMTPENV: `TMPDIR=${this.at('tmp')} ${expand(this.smtpEnv)}\nexport TMPDIR QMAILQUEUE DKVERIFY DKTOOL_SPF`,
      SOFT: String(this.soft),
    };
    this.sh('sh 04-services.sh >services.log 2>&1', { env, stdio: 'ignore' });
    // Answers in our own words, for one client.
    this.sh(
      `printf '127.0.0.11:allow,DKVERIFY="BD,DLP"\\n' | cat - tcp.smtp >tcp.smtp.more && tcprules tcp.smtp.cdb tcp.smtp.tmp <tcp.smtp.more`,
    );
  }

  /** Keep `dktool serve` running for both launchers, whatever kills it. */
  serve() {
    const [node, program] = [process.execPath, join(this.root, 'bin/dktool.js')];
    for (const [user, name] of [
      ['qmaild', 'queue'],
      ['qmailr', 'remote'],
    ]) {
      this.sh(`mkdir -p metrics-${name} && chown ${user} metrics-${name}`);
      const command = `'${node}' '${program}' serve --slots '${this.qmail}/dktool/slots-${name}' --user ${user} --metrics '${this.at(`metrics-${name}`, 'serve.prom')}'`;
      const loop = `while [ -e '${this.at('serving')}' ]; do ${command} >>serve.log 2>&1; sleep 0.2; done`;
      writeFileSync(this.at('serving'), '');
      spawn('ip', ['netns', 'exec', this.space, 'sh', '-c', loop], { cwd: this.work, env: this.env, stdio: 'ignore' });
    }
    const ready = (name) => existsSync(join(this.qmail, 'dktool', `slots-${name}`, 'ready'));
    if (!this.until(() => ready('queue') && ready('remote'), 20)) throw new Error('dktool serve does not start');
  }

  /** End both, as a signal does. */
  serveNoMore() {
    rmSync(this.at('serving'));
    this.sh(
      `ip netns pids ${this.space} | xargs -r ps -o pid=,args= -p | awk '/dktool.js serve/ { print $1 }' | xargs -r kill`,
    );
    const folders = ['queue', 'remote'].map((name) => join(this.qmail, 'dktool', `slots-${name}`));
    this.until(() => folders.every((folder) => !existsSync(join(folder, 'ready'))), 20);
  }

  /** Messages that the services had taken when they ended. */
  get served() {
    const texts = ['queue', 'remote'].map((name) => readFileSync(this.at(`metrics-${name}`, 'serve.prom'), 'utf8'));
    return texts.map((text) => Number(/^dktool_serve_launched_total\{.*\} (\d+)$/m.exec(text)?.[1] ?? 0));
  }

  /** Take out of the queue what waits for another try. */
  purge() {
    this.sh(
      `svc -d service/qmail-send; sleep 1; cd '${this.qmail}/queue' && find mess info intd local remote bounce todo -type f -exec rm -f {} +; svc -u '${this.at('service/qmail-send')}'; sleep 1`,
    );
  }

  stop() {
    const quiet = (text) => spawnSync('sh', ['-c', text], { cwd: this.work, env: this.env, stdio: 'ignore' });
    quiet('[ ! -f svscan.pid ] || kill "$(cat svscan.pid)"; svc -dx service/* service/*/log; sleep 1');
    quiet(
      `ip netns pids ${this.space} | xargs -r kill -9; sleep 0.5; ip netns del ${this.space}; rm -rf /etc/netns/${this.space}`,
    );
    for (const command of this.made) quiet(command);
    rmSync(this.work, { recursive: true, force: true });
  }

  /** Wait until something is true, for so many seconds. @returns whether it is */
  until(test, seconds) {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
      if (test()) return true;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
    return test();
  }

  /** Hand a message to qmail-queue, or to dktool-queue as qmaild would. @returns its exit code */
  queue(message, sender, recipients, { queue = 'qmail-queue', env = {} } = {}) {
    const variables = { ...this.env, QMAILQUEUE: join(this.qmail, 'bin', queue), TMPDIR: this.at('tmp'), ...env };
    return spawnSync('ip', ['netns', 'exec', this.space, 'python3', this.at('qq.py'), sender, ...recipients], {
      cwd: this.work,
      env: variables,
      input: message,
    }).status;
  }

  /** What the SMTP sink has got: the recipient's local part to the message. */
  get sunk() {
    const folder = this.at('sink/out');
    const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
    return names.flatMap((name) => {
      const path = join(folder, name.replace('.json', '.eml'));
      if (!existsSync(path)) return [];
      const [to] = JSON.parse(readFileSync(join(folder, name), 'utf8')).rcpts;
      return [{ to: to.split('@')[0], path, message: readFileSync(path, 'latin1') }];
    });
  }

  /** Messages in somebody's Maildir. */
  maildir(user) {
    const folder = join(this.homes.get(user), 'Maildir/new');
    return readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'));
  }

  /** Messages that qmail-send still has. */
  get waiting() {
    return Number(this.sh(`find '${this.qmail}/queue/info' '${this.qmail}/queue/todo' -type f | wc -l`));
  }

  get log() {
    return ['send', 'smtpd'].map((name) => this.sh(`cat log/${name}/* 2>/dev/null || :`)).join('');
  }

  get leftovers() {
    return readdirSync(this.at('tmp')).map((name) => ({ name, size: statSync(this.at('tmp', name)).size }));
  }
}
