/** qmail's control files, and what else is looked for in its folder. */
import { lstatSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { asAuthservId } from '../../lib/auth-results/field.ts';
import { DktoolError, errnoOf } from '../../lib/errors.ts';
import { type Dksign, parseDksign } from '../../lib/qmail/dksign.ts';
import type { Context } from '../context.ts';
import { readRegularFile } from '../keys/key-file.ts';

const DEFAULT_CONTROL = '/var/qmail/control';

export class QmailControl {
  readonly #folder: string;

  /** `DKTOOL_CONTROL` names the folder. */
  constructor({ env }: Pick<Context, 'env'>) {
    this.#folder = resolve(env['DKTOOL_CONTROL'] || DEFAULT_CONTROL);
  }

  /** A path as qmail's programs take it: from the folder above control, where they run. */
  inHome(path: string): string {
    return resolve(dirname(this.#folder), path);
  }

  /** @returns `undefined` where there is no such file @throws DktoolError, kind temporary, for a bad one */
  dksign(): Dksign | undefined {
    const text = this.#read('dksign');
    return text === undefined ? undefined : parseDksign(text);
  }

  /** The name of this host. @throws DktoolError, kind temporary */
  me(): string {
    const [line = ''] = (this.#read('me') ?? '').split('\n');
    const name = asAuthservId(line.trimEnd());
    if (name !== undefined) return name;
    const path = join(this.#folder, 'me');
    throw new DktoolError('bad-control-file', `control file ${path} does not contain the name of this host`, {
      kind: 'temporary',
    });
  }

  #read(name: string): string | undefined {
    const path = join(this.#folder, name);
    // That the whole folder is missing is a mistake, and not the absence of a file.
    if (isMissing(path) && !isMissing(this.#folder)) return undefined;
    return readRegularFile(path, 'control file').bytes.toString('utf8');
  }
}

/** A link to nothing is there. */
function isMissing(path: string): boolean {
  try {
    lstatSync(path);
    return false;
  } catch (error) {
    return errnoOf(error) === 'ENOENT';
  }
}
