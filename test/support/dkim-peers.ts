/** Other programs that verify and sign DKIM, each started once for many messages, its keys from a table and not from DNS. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runProgram } from './bin.ts';
import { findProgram } from './peers.ts';
import { DOMAIN, KEY_NAMES, type KeyName, keyOwner, keyPath, keyRecord, NOW, privateKey } from './vectors.ts';

/** By selector: `true` for a pass, else what the peer says. */
export type PeerVerdict = Readonly<Record<string, unknown>>;

export interface SigningJob {
  /** Absolute paths. */
  readonly message: string;
  readonly out: string;
  readonly key: KeyName;
  readonly header: 'simple' | 'relaxed';
  readonly body: 'simple' | 'relaxed';
}

export interface DkimPeer {
  readonly name: string;
  readonly debianPackage: string;
  /** The selectors whose keys it can use. */
  readonly keys: readonly KeyName[];
  /** It signs LF as it comes; for the others it has to be CRLF. */
  readonly signsLf?: boolean;
  /** `undefined`: it is not installed. */
  verify(folder: string, files: readonly string[]): Promise<PeerVerdict[] | undefined>;
  sign(folder: string, jobs: readonly SigningJob[]): Promise<unknown[] | undefined>;
}

/** What a signer of today may use: RSA under 1,024 bits is not a business of peers. */
const USABLE = KEY_NAMES.filter((name) => name !== 'rsa768');
const RECORDS = Object.fromEntries(USABLE.map((name) => [keyOwner(name), keyRecord(name)]));
const script = (name: string) => fileURLToPath(new URL(`../peers/${name}`, import.meta.url));

async function askScript(command: string, path: string, jobs: readonly object[]): Promise<unknown[] | undefined> {
  const input = [RECORDS, ...jobs].map((job) => `${JSON.stringify(job)}\n`).join('');
  const { stdout } = await runProgram(command, [path], { input }).catch(() => ({ stdout: '' }));
  const [ready, ...answers] = stdout.trim().split('\n');
  return ready === 'ready' ? answers.map((answer) => JSON.parse(answer) as unknown) : undefined;
}

const scriptJob = ({ message, out, key, header, body }: SigningJob) => ({
  sign: message,
  out,
  selector: key,
  domain: DOMAIN,
  header,
  body,
  algorithm: key === 'ed25519' ? 'ed25519-sha256' : 'rsa-sha256',
  keyFile: keyPath(key),
  // dkimpy takes the seed in base64, and PEM for RSA
  key: key === 'ed25519' ? seedOf(key) : readFileSync(keyPath(key), 'latin1'),
});

function seedOf(key: KeyName): string {
  return Buffer.from(privateKey(key).export({ format: 'jwk' }).d!, 'base64url').toString('base64');
}

function scriptPeer(
  name: string,
  debianPackage: string,
  command: string,
  file: string,
  keys: readonly KeyName[],
): DkimPeer {
  return {
    name,
    debianPackage,
    keys,
    verify: async (_, files) =>
      (await askScript(
        command,
        script(file),
        files.map((path) => ({ verify: path })),
      )) as PeerVerdict[] | undefined,
    sign: (_, jobs) => askScript(command, script(file), jobs.map(scriptJob)),
  };
}

const opendkim: DkimPeer = {
  name: 'OpenDKIM',
  debianPackage: 'opendkim',
  keys: USABLE,
  async verify(folder, files) {
    const keys = Object.entries(RECORDS).map(([owner, record]) => `${owner} ${record}\n`);
    writeFileSync(join(folder, 'opendkim.keys'), keys.join(''));
    const options = [`TestPublicKeys ${join(folder, 'opendkim.keys')}`, 'Mode v'];
    const stdout = await testMode(folder, options, files);
    if (stdout === undefined) return undefined;
    // For each message first the field that it would add, then a line that names the file.
    const reported = stdout.split(/^opendkim: (.*?): (?:verification|message not signed|signature).*\n/m);
    const verdicts = new Map<string, PeerVerdict>();
    for (let i = 1; i < reported.length; i += 2) verdicts.set(reported[i]!, resultsIn(reported[i - 1]!));
    return files.map((file) => verdicts.get(file) ?? {});
  },
  async sign(folder, jobs) {
    const answers = new Map<SigningJob, unknown>();
    const sets = new Set(jobs.map(({ key, header, body }) => `${key} ${header} ${body}`));
    for (const set of sets) {
      const some = jobs.filter(({ key, header, body }) => `${key} ${header} ${body}` === set);
      const [{ key, header, body }] = some as [SigningJob];
      const keyFile = join(folder, `opendkim-${key}`);
      writeFileSync(keyFile, readFileSync(keyPath(key)), { mode: 0o600 });
      const stdout = await testMode(
        folder,
        [
          `Domain ${DOMAIN}`,
          `Selector ${key}`,
          `KeyFile ${keyFile}`,
          'Mode s',
          `Canonicalization ${header}/${body}`,
          `SignatureAlgorithm ${key === 'ed25519' ? 'ed25519-sha256' : 'rsa-sha256'}`,
          'InternalHosts 0.0.0.0/0',
        ],
        some.map(({ message }) => message),
        ['-F', String(NOW)],
      );
      if (stdout === undefined) return undefined;
      const fields = [...stdout.matchAll(/^### INSHEADER: .*?hname='(.*?)' hvalue='([^']*)'$/gm)];
      if (fields.length !== some.length) throw new Error(`OpenDKIM signed ${fields.length} of ${some.length} messages`);
      some.forEach((job, i) => {
        const [, name, value] = fields[i]!;
        const field = `${name}: ${value}\n`.replaceAll('\n', '\r\n');
        const message = readFileSync(job.message, 'latin1').replace(/\r?\n/g, '\r\n');
        writeFileSync(job.out, `${field}${message}`, 'latin1');
        answers.set(job, {});
      });
    }
    return jobs.map((job) => answers.get(job));
  },
};

/** `opendkim -t`: what it would do with messages, on stdout. */
async function testMode(
  folder: string,
  options: readonly string[],
  files: readonly string[],
  args: readonly string[] = [],
): Promise<string | undefined> {
  const program = findProgram('opendkim');
  if (program === undefined) return undefined;
  const conf = join(folder, 'opendkim.conf');
  const common = [`Socket local:${join(folder, 'opendkim.sock')}`, 'Syslog no', 'RequireSafeKeys no'];
  writeFileSync(conf, [...options, ...common, ''].join('\n'));
  return (await runProgram(program, ['-x', conf, '-vvv', ...args, '-t', files.join(',')])).stdout;
}

/** The results in an Authentication-Results field: `dkim=pass (2048-bit key) header.d=... header.s=SELECTOR`. */
function resultsIn(field: string): PeerVerdict {
  const results = [...field.matchAll(/\bdkim=(\w+)([^;']*?)header\.s=(\S+?)[\s;']/g)];
  return Object.fromEntries(results.map(([text, word, , selector]) => [selector!, word === 'pass' ? true : text]));
}

async function answerFromRecords(name: string): Promise<string[][]> {
  const record = RECORDS[name];
  if (record === undefined) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
  return [[record]];
}

interface MailauthModules {
  readonly dkimVerify: (
    message: Buffer,
    options: object,
  ) => Promise<{ results: { selector: string; status: { result: string; comment?: string } }[] }>;
  readonly dkimSign: (message: Buffer, options: object) => Promise<{ signatures: string; errors: unknown[] }>;
}

async function mailauthModule(name: 'sign' | 'verify'): Promise<MailauthModules> {
  // Its root import needs a newer Node, and its exports list no types.
  const path = fileURLToPath(new URL(`../../node_modules/mailauth/lib/dkim/${name}.js`, import.meta.url));
  const loaded = (await import(pathToFileURL(path).href)) as { default: MailauthModules };
  return loaded.default;
}

const mailauth: DkimPeer = {
  name: 'mailauth',
  debianPackage: 'none: a dependency of ours',
  keys: USABLE,
  async verify(_, files) {
    const { dkimVerify } = await mailauthModule('verify');
    const verdicts: PeerVerdict[] = [];
    for (const file of files) {
      const { results } = await dkimVerify(readFileSync(file), { resolver: answerFromRecords });
      verdicts.push(
        Object.fromEntries(results.map(({ selector, status }) => [selector, status.result === 'pass' || status])),
      );
    }
    return verdicts;
  },
  async sign(_, jobs) {
    const { dkimSign } = await mailauthModule('sign');
    for (const { message, out, key, header, body } of jobs) {
      const bytes = readFileSync(message);
      const { signatures, errors } = await dkimSign(bytes, {
        canonicalization: `${header}/${body}`,
        signTime: new Date(NOW * 1000),
        signatureData: [{ signingDomain: DOMAIN, selector: key, privateKey: readFileSync(keyPath(key), 'latin1') }],
      });
      if (errors.length > 0) throw new Error(`mailauth cannot sign ${message}: ${JSON.stringify(errors)}`);
      const rest = bytes.toString('latin1').replace(/\r?\n/g, '\r\n');
      writeFileSync(out, `${signatures}${rest}`, 'latin1');
    }
    return jobs.map(() => ({}));
  },
};

export const DKIM_PEERS: readonly DkimPeer[] = [
  { ...scriptPeer('dkimpy', 'python3-dkim', '/usr/bin/python3', 'dkimpy.py', USABLE), signsLf: true },
  // Debian's Mail::DKIM knows no Ed25519.
  scriptPeer(
    'Mail::DKIM',
    'libmail-dkim-perl',
    '/usr/bin/perl',
    'mail-dkim.pl',
    USABLE.filter((name) => name !== 'ed25519'),
  ),
  opendkim,
  mailauth,
];
