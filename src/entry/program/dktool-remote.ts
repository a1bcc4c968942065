import { dktoolRemote } from '../../console/qmail/remote.ts';
import { wrapperContext } from '../process-wrapper.ts';

void dktoolRemote(process.argv.slice(2), wrapperContext(111)).then((status) => {
  process.exitCode = status;
});
