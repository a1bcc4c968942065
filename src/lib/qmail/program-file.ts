/**
 * Whether a file can be what it is to be run as. Where the system refuses a file, the C library hands it to the shell as
 * a script (POSIX execvp); of a program that a crash has left empty or full of zeros the shell does nothing and succeeds,
 * which for qmail-queue means that the mail was accepted.
 */

/** Octets of the start of a file that `programKind` looks at. */
export const PROGRAM_START = 64;

const ELF = 0x7f454c46;
/** Thin and universal, in both byte orders. */
const MACH_O: readonly number[] = [0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe, 0xcafebabe];

/**
 * @param start the first PROGRAM_START octets, or all of a shorter file
 * @param size of the file
 * @returns `undefined`: neither begins with `#!` nor is a program whose header can be true. Not checked: for which machine
 */
export function programKind(start: Buffer, size: number): 'script' | 'binary' | undefined {
  if (start.toString('latin1', 0, 2) === '#!') return 'script';
  if (start.length < 4) return undefined;
  const magic = start.readUInt32BE(0);
  if (MACH_O.includes(magic)) return 'binary';
  return magic === ELF && start.length === PROGRAM_START && hasElfSegments(start, size) ? 'binary' : undefined;
}

/** ELF: an executable (2) or shared (3) object with all of its program headers. */
function hasElfSegments(start: Buffer, size: number): boolean {
  const is64 = start[4] === 2;
  const isLittle = start[5] === 1;
  const short = (at: number) => (isLittle ? start.readUInt16LE(at) : start.readUInt16BE(at));
  const word = (at: number) => (isLittle ? start.readUInt32LE(at) : start.readUInt32BE(at));
  const low = isLittle ? 32 : 36; // of e_phoff's 64 bits; nobody has 4 GB in front of them
  const [offset, entrySize, count] = is64 ? [word(low), short(54), short(56)] : [word(28), short(42), short(44)];
  const isProgram = short(16) === 2 || short(16) === 3;
  return isProgram && count > 0 && entrySize === (is64 ? 56 : 32) && offset + count * entrySize <= size;
}
