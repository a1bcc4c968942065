import type { CleanedHeader } from '../../lib/header/clean-header.ts';
import { strayOctetsText } from '../../lib/header/stray-octets.ts';

/** What was changed in a header block besides the fields that were taken out, as a sentence; `undefined` where nothing was. */
export function cleaningNotice({ strays, encodedLineEnds }: CleanedHeader): string | undefined {
  const parts = [
    strayOctetsText(strays),
    encodedLineEnds === 0 ? undefined : `${encodedLineEnds} encoded line end${encodedLineEnds === 1 ? '' : 's'}`,
  ].filter((part) => part !== undefined);
  if (parts.length === 0) return undefined;
  return `the header block had ${parts.join(' and ')}, which can hide a forged field: replaced with spaces or question marks`;
}
