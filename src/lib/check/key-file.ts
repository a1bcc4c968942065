/** A private key is to be read by who signs and by nobody else, to be sound, and long enough. */
import { RSA_BITS } from '../crypto/generate-key.ts';
import type { ErrorCode } from '../error-codes.ts';
import type { CheckCode, CheckFinding } from './codes.ts';
import type { FileFacts, FolderFacts, KeyFacts, SigningAccount } from './key-facts.ts';
import { makeKey, nextKey, replaceKey } from './key-remedies.ts';
import { shellWord } from '../syntax/shell-word.ts';

/** How key files are judged. */
export interface KeyFileSettings {
  /** Seconds since 1970. */
  readonly now: number;
  /** Days; `undefined`: a key may have any age. */
  readonly maxAge: number | undefined;
  /** Who must be able to read it; `undefined`: not known. */
  readonly signer: SigningAccount | undefined;
}

const DAY = 86_400;
/** Groups that ordinary accounts belong to, or that anything may run under. */
const COMMON_GROUPS = new Set(['users', 'staff', 'nogroup', 'nobody', 'everyone']);

export function keyFileFindings(facts: KeyFacts, settings: KeyFileSettings): CheckFinding[] {
  const { file, folders, path } = facts;
  const findings: CheckFinding[] = [];
  if (facts.problem !== undefined) findings.push(problemFinding(facts, facts.problem));
  if (file !== undefined) {
    findings.push(...modeFindings(path, file), ...ownerFindings(path, file));
    findings.push(...signerFindings(path, file, facts, settings.signer));
  }
  for (const folder of folders) findings.push(...folderFindings(folder, path, file, settings.signer));
  findings.push(...strengthFindings(facts), ...ageFindings(facts, settings));
  return findings;
}

const PROBLEM_CODES: Readonly<Partial<Record<ErrorCode, CheckCode>>> = {
  'key-file-missing': 'key-missing',
  'key-file-unreadable': 'key-unreadable',
  'key-file-irregular': 'key-not-file',
  'key-file-too-large': 'key-not-file',
  'key-passphrase-needed': 'key-encrypted',
};

function problemFinding(facts: KeyFacts, { code, message, hint }: NonNullable<KeyFacts['problem']>): CheckFinding {
  const { path, folders, isThere } = facts;
  const folder = path.slice(0, path.lastIndexOf('/')) || '/';
  const make = isThere
    ? replaceKey(facts)
    : makeKey(
        facts,
        folders.some((one) => one.path === folder),
      );
  const known = PROBLEM_CODES[code] ?? 'key-invalid';
  const remedies: Readonly<Partial<Record<CheckCode, string>>> = {
    'key-missing': `make one and publish the record it prints: "${make}"`,
    'key-unreadable': `run the check as root or as the account that signs; "ls -l ${shellWord(path)}" shows who owns it`,
    'key-not-file': `replace it with a private key, such as a new one: "${replaceKey(facts)}"`,
    'key-encrypted': `remove the passphrase: "dktool keygen --convert ${shellWord(path)} -o ${shellWord(path)} --force" asks for it`,
    'key-invalid': `${hint === undefined ? '' : `${hint}; or `}restore it from a backup, or make a new one: "${replaceKey(facts)}"`,
  };
  return {
    severity: 'error',
    code: known,
    subject: path,
    observed: message,
    expected: 'a file with a private key that the signer can use',
    remedy: facts.isInline ? `put a complete private key without a passphrase into ${path}` : remedies[known]!,
  };
}

function modeFindings(path: string, { mode, group }: FileFacts): CheckFinding[] {
  const findings: CheckFinding[] = [];
  const add = (code: CheckCode, severity: 'error' | 'warning', observed: string, expected: string, remedy: string) =>
    findings.push({ severity, code, subject: path, observed: `${observed} (mode ${octal(mode)})`, expected, remedy });
  if ((mode & 0o007) !== 0) {
    const expected = 'no permissions for others';
    add(
      'key-exposed',
      'error',
      `anyone on this machine can ${verb(mode & 7)} it`,
      expected,
      `"chmod o= ${shellWord(path)}"`,
    );
  }
  const isCommon = (mode & 0o070) !== 0 && COMMON_GROUPS.has(group.name ?? '');
  if ((mode & 0o020) !== 0 && !isCommon) {
    const name = group.name ?? String(group.id);
    add(
      'key-group-writable',
      'warning',
      `group ${name} can change it`,
      'readable by its group at most',
      `"chmod g-w ${shellWord(path)}"`,
    );
  }
  if (isCommon) {
    const expected = 'only the group of the signer';
    const remedy = `"chmod g= ${shellWord(path)}", or give it the group of the signer`;
    add(
      'key-group-common',
      'error',
      `group ${group.name} has many members, and can ${verb((mode >> 3) & 7)} it`,
      expected,
      remedy,
    );
  }
  return findings;
}

function verb(bits: number): string {
  if ((bits & 2) !== 0) return (bits & 4) !== 0 ? 'read and change' : 'change';
  return (bits & 4) !== 0 ? 'read' : 'use';
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(3, '0');
}

function ownerFindings(path: string, { owner }: FileFacts): CheckFinding[] {
  if (owner.name !== undefined) return [];
  return [
    {
      severity: 'warning',
      code: 'key-owner-unknown',
      subject: path,
      observed: `it belongs to user ${owner.id}, which is not an account: the next account with that number will own the key`,
      expected: 'owned by root or by the account that signs',
      remedy: `"chown root ${shellWord(path)}"`,
    },
  ];
}

/** The account that signs must get to the file and read it. root always does. */
function signerFindings(
  path: string,
  file: FileFacts,
  { folders, isReadByRoot }: KeyFacts,
  signer: SigningAccount | undefined,
): CheckFinding[] {
  if (signer === undefined || signer.id === 0) return [];
  const severity = isReadByRoot ? 'note' : 'error';
  const shut = folders.find((folder) => (rightsOf(folder, signer) & 1) === 0);
  const finding = (observed: string, remedy: string): CheckFinding[] => [
    {
      severity,
      code: 'key-signer-denied',
      subject: path,
      observed: isReadByRoot
        ? `${observed}; root can read it when the signer starts, but not after the signer has become ${signer.name}`
        : observed,
      expected: `readable by ${signer.name}, the account that signs`,
      remedy,
    },
  ];
  if (shut !== undefined) {
    const observed = `${signer.name} cannot enter the directory ${shut.path} (mode ${octal(shut.mode)})`;
    return finding(observed, `"${letIn(shut, signer)}"`);
  }
  if ((rightsOf(file, signer) & 4) !== 0) return [];
  const owner = file.owner.name ?? file.owner.id;
  const observed = `${signer.name} cannot read it: owner ${owner}, group ${file.group.name ?? file.group.id}, mode ${octal(file.mode)}`;
  return finding(observed, `"chgrp ${signer.group} ${shellWord(path)} && chmod 640 ${shellWord(path)}"`);
}

/** Let an account through a folder, and take nothing from those who have rights to it now. */
function letIn({ path, mode, group }: FolderFacts, signer: SigningAccount): string {
  if (signer.groups.includes(group.id)) return `chmod g+x ${shellWord(path)}`;
  if ((mode & 0o070) === 0) return `chgrp ${signer.group} ${shellWord(path)} && chmod g+x ${shellWord(path)}`;
  return `chmod o+x ${shellWord(path)}`;
}

/** rwx of an account that is not root, as the system decides: the owner's bits alone for the owner, and so on. */
function rightsOf({ mode, owner, group }: Pick<FileFacts, 'mode' | 'owner' | 'group'>, signer: SigningAccount): number {
  if (owner.id === signer.id) return (mode >> 6) & 7;
  return (signer.groups.includes(group.id) ? mode >> 3 : mode) & 7;
}

/** Who can write a folder can put another key into it. In a sticky one (/tmp) only the owner of a file can. */
function folderFindings(
  { path, mode, owner }: FolderFacts,
  key: string,
  file: FileFacts | undefined,
  signer: SigningAccount | undefined,
): CheckFinding[] {
  if ((mode & 0o002) !== 0 && (mode & 0o1000) === 0) {
    return [
      {
        severity: 'error',
        code: 'key-folder-writable',
        subject: path,
        observed: `anyone on this machine can replace ${key} (mode ${octal(mode)})`,
        expected: 'a directory that only its owner can write to',
        remedy: `"chmod o-w ${shellWord(path)}"`,
      },
    ];
  }
  const trusted = owner.id === 0 || owner.id === file?.owner.id || owner.id === signer?.id;
  if (trusted || file === undefined) return [];
  return [
    {
      severity: 'warning',
      code: 'key-folder-owner',
      subject: path,
      observed: `it is owned by ${owner.name ?? `user ${owner.id}`}, who can replace ${key}`,
      expected: 'a directory owned by root, by the owner of the key or by the signer',
      remedy: `"chown root ${shellWord(path)}"`,
    },
  ];
}

function strengthFindings(facts: KeyFacts): CheckFinding[] {
  const { key, path } = facts;
  if (key === undefined || key.type !== 'rsa' || key.bits >= RSA_BITS.weak) return [];
  const refused = key.bits < RSA_BITS.refused;
  return [
    {
      severity: refused ? 'error' : 'warning',
      code: 'key-weak',
      subject: path,
      observed: `an RSA key of ${key.bits} bits${refused ? ', which verifiers refuse' : ''}`,
      expected: `${RSA_BITS.weak} bits or more (RFC 8301 section 3.2)`,
      remedy: `move to a new key: "${nextKey(facts)}"; publish the record it prints, then sign with it`,
    },
  ];
}

function ageFindings(facts: KeyFacts, { now, maxAge }: KeyFileSettings): CheckFinding[] {
  const { file, path, role, isInRotation } = facts;
  const age = file === undefined ? 0 : Math.floor((now - file.modified) / DAY);
  if (maxAge === undefined || role !== 'current' || isInRotation || age <= maxAge) return [];
  return [
    {
      severity: 'warning',
      code: 'key-old',
      subject: path,
      observed: `the file is ${age} days old`,
      expected: `a key replaced every ${maxAge} days`,
      remedy: `move to a new key: "${nextKey(facts)}"; publish the record it prints, then sign with it`,
    },
  ];
}
