/** A word of a POSIX shell that stands for `text`, quoted where it must be. Not checked: that it can be shown. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
