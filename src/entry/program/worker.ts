/** A thread of verify --jobs. */
import { parentPort, workerData } from 'node:worker_threads';
import { serveVerify, type VerifyWorkerData } from '../../commands/verify/worker.ts';
import { processContext } from '../process-context.ts';

void serveVerify(parentPort!, workerData as VerifyWorkerData, processContext());
