/**
 * The descriptor that a path stands for: `-` is stdin, and `<(command)` of a shell arrives as `/dev/fd/63`. Such a file has no
 * name that says anything, and a pipe can be read once.
 */
export function descriptorOf(path: string): number | undefined {
  if (path === '-' || path === '/dev/stdin') return 0;
  const digits = /^\/(?:dev|proc\/self)\/fd\/(\d{1,9})$/.exec(path)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
