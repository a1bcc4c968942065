/** One broken domain for every finding of `check` that a zone, a folder or a table can show, and its remedy. */
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../../src/lib/finding.ts';
import { formatRotationState, instant, type RotationState } from '../../src/lib/rotate/state.ts';
import type { BrokenDomain } from './broken-domain.ts';
import { BROKEN_POLICIES } from './broken-policies.ts';
import { privateKey, DOMAIN, keyRecord, NOW } from './vectors.ts';
import { type CheckSite, DAY, DMARC, KEY_NAME, SPF } from './check-site.ts';

/** The remedy is a command line in quotes, and is run as it stands. */
const runRemedy = (_: CheckSite, { remedy }: Finding) => {
  execFileSync('sh', ['-ec', /^"(.*)"$/.exec(remedy)![1]!], { stdio: 'ignore' });
};

const DMARC_NAME = `_dmarc.${DOMAIN}`;

const putRecordBack = (site: CheckSite) => site.txt(KEY_NAME, keyRecord('rsa2048'));
const host = (name: string) => ({ [name]: { A: ['192.0.2.7'], AAAA: ['2001:db8::7'] } });

/** Of the key in use, which followed another one 40 days ago. */
const lateRotation = ({ keyFolder, keyFile }: CheckSite): RotationState => ({
  rotations: {
    [DOMAIN]: {
      phase: 'overlap',
      since: instant(NOW - 40 * DAY),
      started: instant(NOW - 41 * DAY),
      keys: [
        {
          type: 'rsa',
          from: { selector: 's0', path: join(keyFolder, 's0') },
          to: { selector: 's1', path: keyFile },
          place: { kind: 'link', path: join(keyFolder, 'default') },
        },
      ],
      negativeTtl: 300,
      overlap: 14 * DAY,
      removeAfter: 14 * DAY,
      switched: instant(NOW - 40 * DAY),
    },
  },
  finished: [],
});

const stateFile = ({ keyFolder }: CheckSite) => join(keyFolder, 'dktool-rotate.json');

const ROTATIONS: readonly BrokenDomain[] = [
  {
    code: 'rotation-overdue',
    severity: 'warning',
    what: 'a rotation that nobody goes on with',
    spoil: (site) => writeFileSync(stateFile(site), formatRotationState(lateRotation(site))),
    fix: (site) => rmSync(stateFile(site)),
    says: 'the rotation from s0 to s1 has been in overlap since',
  },
  {
    code: 'rotation-state-invalid',
    severity: 'error',
    what: 'a state of rotations that is truncated',
    spoil: (site) => writeFileSync(stateFile(site), formatRotationState(lateRotation(site)).slice(0, 100)),
    fix: (site) => rmSync(stateFile(site)),
    says: 'is not JSON',
  },
];

const FILES: readonly BrokenDomain[] = [
  ...ROTATIONS,
  {
    code: 'key-missing',
    severity: 'error',
    what: 'a folder without a key',
    spoil: ({ keyFolder, keyFile }) => {
      rmSync(keyFile);
      rmSync(join(keyFolder, 'default'));
    },
    fix: (site) => {
      site.putKey('rsa2048');
      symlinkSync('s1', join(site.keyFolder, 'default'));
    },
    says: `default does not exist`,
    beside: ['key-name-missing', 'dmarc-unsigned'],
  },
  {
    code: 'key-missing',
    severity: 'error',
    what: 'a link to nothing',
    spoil: ({ keyFile }) => rmSync(keyFile),
    fix: (site) => site.putKey('rsa2048'),
    says: 'default is a symbolic link to nothing',
    beside: ['key-name-missing', 'dmarc-unsigned'],
  },
  {
    code: 'key-unreadable',
    severity: 'error',
    what: 'links in a circle',
    spoil: ({ keyFile }) => {
      rmSync(keyFile);
      symlinkSync('default', keyFile);
    },
    fix: (site) => {
      rmSync(site.keyFile);
      site.putKey('rsa2048');
    },
    says: 'its symbolic links form a loop',
    beside: ['key-name-missing', 'dmarc-unsigned'],
  },
  {
    code: 'key-not-file',
    severity: 'error',
    what: 'a pipe, which nobody may wait for',
    spoil: ({ keyFile }) => {
      rmSync(keyFile);
      execFileSync('mkfifo', [keyFile]);
    },
    fix: (site) => {
      rmSync(site.keyFile);
      site.putKey('rsa2048');
    },
    says: 's1 is a pipe, not a regular file',
    beside: ['dmarc-unsigned'],
  },
  {
    code: 'key-not-file',
    severity: 'error',
    what: 'a file of 1 GB',
    spoil: ({ keyFile }) => truncateSync(keyFile, 2 ** 30),
    fix: (site) => {
      rmSync(site.keyFile);
      site.putKey('rsa2048');
    },
    says: 'is too large',
    beside: ['dmarc-unsigned'],
  },
  {
    code: 'key-encrypted',
    severity: 'error',
    what: 'a passphrase',
    spoil: ({ keyFile }) => {
      const pem = privateKey('rsa2048').export({
        type: 'pkcs8',
        format: 'pem',
        cipher: 'aes-256-cbc',
        passphrase: 'x',
      });
      writeFileSync(keyFile, pem);
    },
    fix: (site) => site.putKey('rsa2048'),
    says: 'remove the passphrase: "dktool keygen --convert',
    beside: ['dmarc-unsigned'],
  },
  {
    code: 'key-invalid',
    severity: 'error',
    what: 'half a key',
    spoil: ({ keyFile }) => truncateSync(keyFile, 600),
    fix: (site) => site.putKey('rsa2048'),
    says: 'is truncated',
    beside: ['dmarc-unsigned'],
  },
  {
    code: 'key-exposed',
    severity: 'error',
    what: 'mode 604',
    spoil: ({ keyFile }) => chmodSync(keyFile, 0o604),
    fix: runRemedy,
    says: 'anyone on this machine can read it (mode 604)',
  },
  {
    code: 'key-group-writable',
    severity: 'warning',
    what: 'mode 660',
    spoil: ({ keyFile }) => chmodSync(keyFile, 0o660),
    fix: runRemedy,
    says: 'can change it (mode 660)',
  },
  {
    code: 'key-folder-writable',
    severity: 'error',
    what: 'a folder of everybody',
    spoil: ({ keyFolder }) => chmodSync(keyFolder, 0o777),
    fix: runRemedy,
    says: 'anyone on this machine can replace',
  },
  {
    code: 'key-weak',
    severity: 'error',
    what: '768 bits',
    spoil: (site) => {
      site.putKey('rsa768');
      site.txt(KEY_NAME, keyRecord('rsa768'));
    },
    fix: (site) => {
      site.putKey('rsa2048');
      putRecordBack(site);
    },
    says: 'an RSA key of 768 bits, which verifiers refuse',
    beside: ['dmarc-unsigned'],
  },
  {
    code: 'key-weak',
    severity: 'warning',
    what: '1024 bits',
    spoil: (site) => {
      site.putKey('rsa1024');
      site.txt(KEY_NAME, keyRecord('rsa1024'));
    },
    fix: (site) => {
      site.putKey('rsa2048');
      putRecordBack(site);
    },
    says: 'an RSA key of 1024 bits',
  },
  {
    code: 'key-old',
    severity: 'warning',
    what: '--max-age',
    spoil: (site) => {
      site.args.push('--max-age', '180');
      site.putKey('rsa2048', site.keyFile, 200);
    },
    fix: (site) => site.putKey('rsa2048'),
    says: 'the file is 200 days old',
  },
  {
    code: 'old-selector-published',
    severity: 'warning',
    what: 'an older key beside the one in use',
    spoil: (site) => {
      rmSync(join(site.keyFolder, 'default')); // a link of today would say that it was changed today
      site.args = ['--key-path', join(site.folder, 'keys', '%', 's1')];
      site.putKey('rsa2048', site.keyFile, 40);
      site.putKey('rsa4096', join(site.keyFolder, 's0'), 400);
      site.txt(`s0._domainkey.${DOMAIN}`, keyRecord('rsa4096'));
    },
    fix: (site) => site.txt(`s0._domainkey.${DOMAIN}`, 'v=DKIM1; p='),
    says: 'the old key is still published, 40 days after it was replaced',
  },
  {
    code: 'old-selector-published',
    severity: 'warning',
    what: '--old-selector',
    spoil: (site) => {
      site.args.push('--old-selector', 'gone');
      site.txt(`gone._domainkey.${DOMAIN}`, keyRecord('rsa4096'));
    },
    fix: (site) => delete site.zone[`gone._domainkey.${DOMAIN}`],
    says: `dktool dns-record ${DOMAIN} -s gone --revoke`,
  },
];

const TABLES: readonly BrokenDomain[] = [
  {
    code: 'config-syntax',
    severity: 'error',
    what: 'a line of a KeyTable',
    spoil: (site) => {
      site.args = ['--key-table', site.write('KeyTable', `s1 ${DOMAIN}:s1:${site.keyFile}\nother example.net:s1\n`)];
    },
    fix: (site) => void site.write('KeyTable', `s1 ${DOMAIN}:s1:${site.keyFile}\n`),
    says: 'line 2 is not NAME DOMAIN:SELECTOR:KEY',
  },
  {
    code: 'domain-invalid',
    severity: 'error',
    what: 'a label of 64 octets',
    spoil: (site) => {
      const table = `s1 ${DOMAIN}:s1:${site.keyFile}\ns2 ${'x'.repeat(64)}.example:s1:${site.keyFile}\n`;
      site.args = ['--key-table', site.write('KeyTable', table)];
    },
    fix: (site) => void site.write('KeyTable', `s1 ${DOMAIN}:s1:${site.keyFile}\n`),
    says: 'which is not a domain',
  },
  {
    code: 'signing-table-key-missing',
    severity: 'error',
    what: 'a name that the KeyTable does not have',
    spoil: (site) => {
      const table = site.write('KeyTable', `s1 ${DOMAIN}:s1:${site.keyFile}\n`);
      site.args = [
        '--key-table',
        table,
        '--signing-table',
        site.write('SigningTable', `*@${DOMAIN} s1\n*@example.net s2\n`),
      ];
    },
    fix: (site) => void site.write('SigningTable', `*@${DOMAIN} s1\n`),
    says: 'line 2 names the key s2',
  },
  {
    code: 'no-key',
    severity: 'warning',
    what: 'a domain of rcpthosts without a key',
    spoil: (site) => {
      site.write('control/dksign', `${site.folder}/keys/%/default\n`);
      site.args = ['--control', join(site.folder, 'control'), '--signer', 'root'];
      site.write('control/rcpthosts', `${DOMAIN}\n.wild.example\n\nnokey.example\n`);
      site.zone['nokey.example'] = { MX: [{ preference: 0, exchange: `mail.${DOMAIN}` }], TXT: [SPF] };
      site.txt('_dmarc.nokey.example', 'v=DMARC1; p=none; rua=mailto:x@nokey.example');
    },
    fix: (site) => site.txt('nokey.example', 'v=spf1 -all'),
    says: 'mail from it goes out unsigned',
  },
  {
    code: 'config-syntax',
    severity: 'error',
    what: 'a blank at the start of control/dksign',
    spoil: (site) => {
      site.write('control/dksign', ` ${site.folder}/keys/%/default\n`);
      site.write('control/rcpthosts', `${DOMAIN}\n`);
      site.args = ['--control', join(site.folder, 'control'), '--signer', 'root', '--ignore', 'no-key'];
    },
    beside: ['dmarc-unsigned'],
    fix: (site) => site.write('control/dksign', `${site.folder}/keys/%/default\n`),
    says: 'begins with white space',
  },
  {
    code: 'qmail-remote-original',
    severity: 'error',
    what: 'qmail-remote after an upgrade of qmail',
    spoil: (site) => {
      site.write('control/dksign', `${site.folder}/keys/%/default\n`);
      site.write('bin/qmail-remote.orig', '\x7fELF');
      site.write('bin/qmail-remote', '\x7fELF');
      site.args = ['--control', join(site.folder, 'control'), '--signer', 'root'];
    },
    fix: (site) => site.write('bin/qmail-remote', '#!/bin/sh\n# dktool-remote: takes the place of qmail-remote\n'),
    says: 'mail goes out unsigned',
  },
];

const HOSTS: readonly BrokenDomain[] = [
  {
    code: 'dkim-unchecked',
    severity: 'note',
    what: 'a domain and nothing else',
    spoil: (site) => {
      site.args = [DOMAIN];
    },
    fix: (site) => {
      site.args = [DOMAIN, '-s', 's1'];
    },
    says: 'DKIM is not checked',
  },
  {
    code: 'no-answer',
    severity: 'temporary',
    what: 'a name server in trouble',
    spoil: (site) => {
      site.zone[DMARC_NAME] = { TXT: 'SERVFAIL' };
    },
    fix: (site) => {
      site.zone[DMARC_NAME] = { TXT: [DMARC] };
    },
    says: `no answer for ${DMARC_NAME} TXT`,
  },
  {
    code: 'domain-missing',
    severity: 'error',
    what: 'a domain that nobody has',
    spoil: (site) => {
      delete site.zone[DOMAIN];
    },
    fix: (site) => {
      site.zone[DOMAIN] = { MX: [{ preference: 10, exchange: `mail.${DOMAIN}` }], TXT: [SPF] };
    },
    says: 'the domain does not exist',
  },
  {
    code: 'no-mail-host',
    severity: 'error',
    what: 'neither MX nor A',
    spoil: (site) => {
      site.zone[DOMAIN] = { TXT: ['v=spf1 ip4:192.0.2.1 -all'] };
    },
    fix: (site) => {
      site.zone[DOMAIN] = { MX: [{ preference: 10, exchange: `mail.${DOMAIN}` }], TXT: [SPF] };
    },
    says: `${DOMAIN}. IN MX 10 mail.${DOMAIN}.`,
  },
  {
    code: 'null-mx',
    severity: 'warning',
    what: 'MX 0 .',
    spoil: (site) => {
      site.zone[DOMAIN] = { MX: [{ preference: 0, exchange: '' }], TXT: ['v=spf1 ip4:192.0.2.1 -all'] };
    },
    fix: (site) => {
      site.zone[DOMAIN] = { MX: [{ preference: 10, exchange: `mail.${DOMAIN}` }], TXT: [SPF] };
    },
    says: 'RFC 7505',
  },
  {
    code: 'mx-without-address',
    severity: 'error',
    what: 'no host works',
    spoil: (site) => {
      delete site.zone[`mail.${DOMAIN}`]; // mx in SPF finds nothing then, which is the same
    },
    fix: (site) => Object.assign(site.zone, host(`mail.${DOMAIN}`)),
    says: `the mail exchanger mail.${DOMAIN} has no address`,
  },
  {
    code: 'mx-without-address',
    severity: 'warning',
    what: 'one of two hosts works',
    spoil: (site) => {
      site.zone[DOMAIN]!['MX'] = [`mail.${DOMAIN}`, 'gone.example'].map((exchange) => ({ preference: 10, exchange }));
      site.txt(DOMAIN, 'v=spf1 ip4:8.8.8.8 -all');
    },
    fix: (site) => Object.assign(site.zone, host('gone.example')),
    says: 'the mail exchanger gone.example has no address',
  },
  {
    code: 'mx-is-address',
    severity: 'error',
    what: 'MX with an address',
    spoil: (site) => {
      site.zone[DOMAIN] = { MX: [{ preference: 10, exchange: '192.0.2.1' }], TXT: ['v=spf1 ip4:192.0.2.1 -all'] };
    },
    fix: (site) => {
      site.zone[DOMAIN]!['MX'] = [{ preference: 10, exchange: `mail.${DOMAIN}` }];
    },
    says: 'the address 192.0.2.1 instead of a host name',
  },
  {
    code: 'mx-is-alias',
    severity: 'warning',
    what: 'MX to a CNAME',
    spoil: (site) => {
      Object.assign(site.zone, { [`mail.${DOMAIN}`]: { CNAME: ['real.example'] } }, host('real.example'));
    },
    fix: (site) => {
      site.zone[DOMAIN]!['MX'] = [{ preference: 10, exchange: 'real.example' }];
    },
    says: 'an alias of real.example',
  },
];

export const BROKEN_DOMAINS: readonly BrokenDomain[] = [...FILES, ...TABLES, ...HOSTS, ...BROKEN_POLICIES];
