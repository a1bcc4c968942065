import { eachOnItsOwn, type TxtWriter } from './record.ts';

/** The text alone, for web panels. */
export const raw: TxtWriter = { owner: 'any', format: eachOnItsOwn(({ text }) => text) };
