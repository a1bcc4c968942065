// npm run test:qmail: the launchers and dktool in a real qmail. Short by itself; --only WORDS runs those
// whose names have the words; --full has the storms and the flood at full
// size, and --speed measures besides. Needs root, and the helpers in the folder that QMAIL_LAB names.
import { fileURLToPath } from 'node:url';
import { checks } from './checks.mjs';
import { Lab, obstacle } from './lab.mjs';
import { speed } from './speed.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const options = { full: process.argv.includes('--full'), speed: process.argv.includes('--speed') };
const only = process.argv[process.argv.indexOf('--only') + 1 || process.argv.length];
const source = process.env.QMAIL_LAB || fileURLToPath(new URL('../../../shared/lab/qmail', import.meta.url));
const reason = obstacle(source);
if (reason !== undefined) {
  console.log(`test:qmail is left out: ${reason}`);
  process.exit(process.env.DKTOOL_REQUIRE_PEERS ? 1 : 0);
}

const lab = new Lab(source, root);
let [passed, failed] = [0, 0];
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    lab.stop();
    process.exit(1);
  });
}
try {
  lab.build();
  for (const { name, check } of options.speed ? [] : checks(options)) {
    if (only !== undefined && !name.includes('installs') && !name.includes(only)) continue;
    const started = Date.now();
    let fault;
    try {
      fault = check(lab);
    } catch (error) {
      fault = [error.message, error.stdout, error.stderr].filter(Boolean).join('\n');
    }
    const ok = fault === undefined || fault.ok !== undefined;
    if (ok) passed++;
    else failed++;
    const detail = fault === undefined ? '' : `: ${fault.ok ?? fault}`;
    console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)${detail}`);
  }
  if (options.speed) speed(lab);
} finally {
  if (process.env.DKTOOL_KEEP_LAB) console.log(`kept: ${lab.work}`);
  else lab.stop();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
