import type { Worker } from 'node:worker_threads';

/** Where a program is installed: as a package of files, or in one executable. Its launcher hands it over. */
export interface Installation {
  /** A text file of the package by its path, such as `man/dktool.1`; `undefined` where it is not there. */
  readonly read: (path: string) => string | undefined;
  /** Start a thread that runs src/entry/program/worker.ts. */
  readonly startWorker: (workerData: unknown) => Worker;
}
