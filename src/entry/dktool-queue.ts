import { runCompiled } from './run-compiled.ts';

// oxlint-disable-next-line no-underscore-dangle -- a CommonJS module has it
declare const __dirname: string;

runCompiled(`${__dirname}/program/dktool-queue.cjs`);
