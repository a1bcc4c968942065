/** The single executable: every program of the package, chosen by the name that it is called by. */
import { basename } from 'node:path';
import { programFor } from '../run-which.ts';
import { runAsset } from './assets.ts';

/** What it does when it is called by another name than dktool, such as that of a link in the place of a qmail program. */
const NAMES: Readonly<Record<string, string>> = {
  dknewkey: 'dknewkey',
  dktest: 'dktest',
  'dktool-queue': 'dktool-queue',
  'qmail-queue': 'dktool-queue',
  'dktool-remote': 'dktool-remote',
  'qmail-remote': 'dktool-remote',
};

/** What qmail takes for "try again later", where the program itself cannot answer. */
const FAULTS: Readonly<Record<string, number>> = { 'dktool-queue': 81, 'dktool-remote': 111 };

const [, calledBy = '', ...args] = process.argv;
const name = basename(calledBy);
const program = Object.hasOwn(NAMES, name) ? NAMES[name]! : programFor(args);
try {
  runAsset(program);
} catch (error) {
  const fault = FAULTS[program];
  if (fault === undefined) throw error;
  process.exitCode = fault;
}
