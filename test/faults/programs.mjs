// The programs that faults are tried on: how each is run, what it makes, and which status says that it could not.
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { createPrivateKey } from 'node:crypto';
import { join } from 'node:path';
import { contentOf, NOW } from './site.mjs';

const at = ['--now', String(NOW), '--zone', 'zone.json'];
const sign = ['sign', '-q', '-d', 'example.com', '--timestamp', String(NOW)];
/** Statuses of dktool that put something off. */
const TEMPORARY = [111];

/** A file that is there is whole, and nothing is left beside it but by a program that was killed. */
function wholeFile(site, { signal }, name, isWhole) {
  const isLeft = (one) => (one.startsWith(name) && one !== name) || one.endsWith('.tmp');
  const left = readdirSync(site).filter(isLeft);
  if (left.length > 0 && signal === null) return `${left.join(', ')} is left`;
  return !existsSync(join(site, name)) || isWhole(join(site, name)) ? undefined : `${name} is not whole`;
}

function isKey(path) {
  try {
    createPrivateKey(readFileSync(path));
    return (statSync(path).mode & 0o077) === 0;
  } catch {
    return false;
  }
}

const delivered = (site) => readdirSync(site).filter((name) => name.startsWith('delivered.'));
const mailIsWhole = (site) =>
  delivered(site).every(
    (name) => contentOf(site, name).endsWith(contentOf(site, 'in.eml')) && /^(?:DKIM|Auth)/.test(contentOf(site, name)),
  )
    ? undefined
    : 'a part of the message was delivered';

/**
 * name: as the table calls it. args: of node. stdin: a file. product: what lies in the directory afterwards, as a text that is the
 * same for the same product, or '' for none. check: what is wrong with what is there, whatever the status. delays: statuses that
 * say `not now`. partly: a line of JSON for each input, also for one that cannot be read. finds: what fails is a finding.
 */
export const PROGRAMS = [
  { name: 'sign', args: ['dktool', ...sign, '-k', 'key'], stdin: 'in.eml', writes: 'stdout' },
  {
    name: 'sign -o',
    args: ['dktool', ...sign, '-k', 'key', '-o', 'out.eml', 'in.eml'],
    product: (site) => (existsSync(join(site, 'out.eml')) ? contentOf(site, 'out.eml') : ''),
    check: (site, run) =>
      wholeFile(site, run, 'out.eml', (path) => readFileSync(path, 'latin1').endsWith(contentOf(site, 'in.eml'))),
  },
  {
    name: 'verify',
    asks: true,
    args: ['dktool', 'verify', '--json', ...at, 'signed.eml', 'in.eml'],
    partly: true,
    writes: 'stdout',
  },
  {
    name: 'verify -A',
    asks: true,
    args: ['dktool', 'verify', '--auth-results', 'mx.example.org', ...at],
    stdin: 'signed.eml',
    writes: 'stdout',
  },
  {
    name: 'keygen',
    args: ['dktool', 'keygen', '-q', 'example.com', '-s', 'new', '--type', 'ed25519'],
    product: (site) => (existsSync(join(site, 'new')) ? 'a key' : ''),
    check: (site, run) =>
      wholeFile(site, run, 'new', isKey) ??
      (run.status > 0 && existsSync(join(site, 'new')) ? 'the key is left' : undefined),
    varies: true,
  },
  { name: 'dns-record', args: ['dktool', 'dns-record', 'example.com', '-k', 'key'], writes: 'stdout' },
  {
    name: 'spf-check',
    asks: true,
    args: ['dktool', 'spf-check', ...at, '--ip', '192.0.2.1', '--helo', 'x.example.com', '--from', 'ann@example.com'],
    writes: 'stdout',
  },
  {
    name: 'adsp-check',
    asks: true,
    args: ['dktool', 'adsp-check', '--zone', 'zone.json', 'example.com'],
    writes: 'stdout',
  },
  {
    name: 'dmarc-check',
    asks: true,
    args: ['dktool', 'dmarc-check', '--zone', 'zone.json', 'example.com'],
    writes: 'stdout',
  },
  {
    name: 'check',
    asks: true,
    finds: true,
    args: [
      'dktool',
      'check',
      'example.com',
      '-k',
      'key',
      '-v',
      ...at,
      '--patience',
      '2',
      '--state',
      'state',
      '-o',
      'report',
    ],
    product: (site) => (existsSync(join(site, 'report')) ? contentOf(site, 'report') : ''),
    check: (site, run) =>
      wholeFile(site, run, 'report', () => true) ??
      wholeFile(site, run, 'state', (path) => JSON.parse(readFileSync(path, 'utf8')) !== undefined),
  },
  {
    name: 'rotate',
    args: ['dktool', 'rotate', 'example.com', '-k', 'keys/example.com/default', '-s', 'new', '--zone', 'zone.json'],
    product: (site) => (existsSync(join(site, 'keys/example.com/dktool-rotate.json')) ? 'a state' : ''),
    check(site) {
      const keys = join(site, 'keys/example.com');
      const current = join(keys, readlinkSync(join(keys, 'default')));
      if (!isKey(current)) return 'there is no key to sign with';
      return existsSync(join(keys, 'new')) && !isKey(join(keys, 'new')) ? 'the new key is not whole' : undefined;
    },
    varies: true,
  },
  {
    name: 'dknewkey',
    args: ['dknewkey', 'made', '1024'],
    product: (site) => (existsSync(join(site, 'made')) ? 'a key' : ''),
    check: (site, run) => wholeFile(site, run, 'made', isKey),
    varies: true,
  },
  { name: 'dktest', args: ['dktest', '-s', 'rsa'], stdin: 'in.eml', delays: [1], writes: 'stdout' },
  {
    name: 'dktool-queue',
    args: ['dktool-queue'],
    stdin: 'in.eml',
    envelope: true,
    product: (site) =>
      delivered(site)
        .map((name) => contentOf(site, name))
        .join(''),
    check: mailIsWhole,
    varies: true,
    startsOthers: true,
    delays: [51, 53, 54, 55, 61, 71, 81, 120],
    reports: true,
  },
  {
    name: 'dktool-remote',
    args: ['dktool-remote', 'mx.example.net', 'ann@example.com', 'bob@example.net'],
    stdin: 'in.eml',
    product: (site) =>
      delivered(site)
        .map((name) => contentOf(site, name))
        .join(''),
    check: mailIsWhole,
    varies: true,
    startsOthers: true,
    /** `Z` in the report puts the mail off. */
    delayed: ({ status, stdout }) => (status === 0 && stdout.startsWith('Z')) || status === 111,
    reports: true,
  },
].map((program) => ({ delays: TEMPORARY, ...program }));
