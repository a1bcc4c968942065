/** Findings that take other accounts than that of the tests: shown by facts, not by files. */
import type { KeyFacts, SigningAccount } from '../../src/lib/check/key-facts.ts';

const ROOT = { id: 0, name: 'root' };
const QMAIL = { id: 2107, name: 'qmail' };
export const SIGNER: SigningAccount = { name: 'qmailr', id: 7796, group: 'qmail', groups: [2107] };

export const GOOD_FACTS: KeyFacts = {
  path: '/etc/domainkeys/example.com/s1',
  domain: 'example.com',
  selector: 's1',
  role: 'current',
  file: { mode: 0o640, owner: ROOT, group: QMAIL, modified: 0 },
  folders: [
    { path: '/etc/domainkeys/example.com', mode: 0o750, owner: ROOT, group: QMAIL },
    { path: '/tmp', mode: 0o1777, owner: ROOT, group: ROOT },
    { path: '/', mode: 0o755, owner: ROOT, group: ROOT },
  ],
  isInline: false,
  isThere: true,
  isInRotation: false,
  isReadByRoot: false,
  key: undefined,
  problem: undefined,
};

const file = (more: Partial<NonNullable<KeyFacts['file']>>) => ({
  ...GOOD_FACTS,
  file: { ...GOOD_FACTS.file!, ...more },
});
const folder = (more: Partial<KeyFacts['folders'][0]>) => ({
  ...GOOD_FACTS,
  folders: GOOD_FACTS.folders.map((one, i) => (i === 0 ? { ...one, ...more } : one)),
});

export interface BrokenKeyFile {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'note';
  readonly facts: KeyFacts;
  readonly says: string;
  readonly remedy: string;
}

const KEY = GOOD_FACTS.path;
const FOLDER = GOOD_FACTS.folders[0]!.path;

export const BROKEN_KEY_FILES: readonly BrokenKeyFile[] = [
  {
    code: 'key-group-common',
    severity: 'error',
    facts: file({ group: { id: 100, name: 'users' }, owner: { id: SIGNER.id, name: SIGNER.name } }),
    says: 'group users has many members, and can read it',
    remedy: `chmod g= ${KEY}`,
  },
  {
    code: 'key-owner-unknown',
    severity: 'warning',
    facts: file({ owner: { id: 1234, name: undefined } }),
    says: 'it belongs to user 1234, which is not an account',
    remedy: `chown root ${KEY}`,
  },
  {
    code: 'key-signer-denied',
    severity: 'error',
    facts: file({ mode: 0o600 }),
    says: 'qmailr cannot read it: owner root, group qmail, mode 600',
    remedy: `"chgrp qmail ${KEY} && chmod 640 ${KEY}"`,
  },
  {
    code: 'key-signer-denied',
    severity: 'error',
    facts: folder({ mode: 0o700 }),
    says: `qmailr cannot enter the directory ${FOLDER} (mode 700)`,
    remedy: `"chmod g+x ${FOLDER}"`,
  },
  {
    code: 'key-signer-denied',
    severity: 'error',
    facts: folder({ mode: 0o700, group: ROOT }),
    says: `qmailr cannot enter the directory ${FOLDER} (mode 700)`,
    remedy: `"chgrp qmail ${FOLDER} && chmod g+x ${FOLDER}"`,
  },
  {
    code: 'key-signer-denied',
    severity: 'error',
    facts: folder({ mode: 0o750, group: ROOT }),
    says: `qmailr cannot enter the directory ${FOLDER} (mode 750)`,
    remedy: `"chmod o+x ${FOLDER}"`,
  },
  {
    code: 'key-signer-denied',
    severity: 'note',
    facts: { ...file({ mode: 0o600 }), isReadByRoot: true },
    says: 'root can read it when the signer starts',
    remedy: `"chgrp qmail ${KEY} && chmod 640 ${KEY}"`,
  },
  {
    code: 'key-folder-owner',
    severity: 'warning',
    facts: folder({ owner: { id: 1000, name: 'joe' }, mode: 0o755 }),
    says: 'it is owned by joe',
    remedy: `chown root ${FOLDER}`,
  },
];
