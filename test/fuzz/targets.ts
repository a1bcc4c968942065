/** All kinds of input. */
import type { Target } from './target.ts';
import { ARCHIVES } from './targets/archives.ts';
import { FILES } from './targets/files.ts';
import { MESSAGES } from './targets/messages.ts';
import { RECORDS } from './targets/records.ts';

export const TARGETS: readonly Target[] = [...MESSAGES, ...RECORDS, ...FILES, ...ARCHIVES];
