import { errnoOf } from '../../lib/errors.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ERR_ACCESS_DENIED: 'Node.js was started without the permission (--allow-fs-read, --allow-fs-write)',
  ELOOP: 'its symbolic links form a loop',
  ENOTDIR: 'a part of its path is not a directory',
  EISDIR: 'it is a directory',
  ENAMETOOLONG: 'its name is too long',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EMFILE: 'too many files are open (ulimit -n)',
  ENFILE: 'too many files are open on this system',
  ENOMEM: 'there is not enough memory',
  EIO: 'the disk or the file system reports an error (EIO)',
  EFBIG: 'the file would be larger than the limit of the system (ulimit -f)',
};

/** Why a path could not be used, in words that stand behind `cannot open PATH: `; the errno word where there are none. */
export function systemReason(error: unknown): string {
  const errno = errnoOf(error) ?? 'unknown error';
  return REASONS[errno] ?? errno;
}

/** What says nothing about a file and all about the state of the system, which passes. */
const OF_THE_SYSTEM = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EIO', 'EINTR', 'EAGAIN', 'ESTALE', 'ETIMEDOUT']);

/** The same call may succeed later, on the same file. */
export function passes(error: unknown): boolean {
  return OF_THE_SYSTEM.has(errnoOf(error) ?? '');
}
