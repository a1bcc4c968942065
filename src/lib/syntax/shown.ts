/** Octets from DNS inside a sentence. */

/**
 * Printable ASCII as it is, every other octet as `\DDD`.
 *
 * @param most what goes beyond so many octets becomes `...`
 */
export function shown(latin1: string, most = 40): string {
  const cut = latin1.length > most ? `${latin1.slice(0, most)}...` : latin1;
  return cut.replace(/[^ -~]/g, (octet) => `\\${octet.charCodeAt(0).toString().padStart(3, '0')}`);
}
