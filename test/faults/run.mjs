// npm run faults [-- --quick] [--program NAME]... [--fault TEXT] [--write]: every program under every fault of faults.mjs.
// --write puts the table into docs/reliability.md. Name spaces take root; without it those faults are left out.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FAULTS } from './faults.mjs';
import { outcomeOf } from './outcome.mjs';
import { PROGRAMS } from './programs.mjs';
import { runOne } from './run-one.mjs';
import { badServer } from './bad-server.mjs';
import { newSite, ROOT } from './site.mjs';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    program: { type: 'string', multiple: true },
    fault: { type: 'string' },
    part: { type: 'string' },
    write: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});
const isRoot = process.getuid() === 0;
const CALL = /^(\d+) +(\w+)\((.*)$/;
/** With --quick so many calls of each program are tried, spread over all that there are. */
const QUICK_CALLS = 2;

const programs = PROGRAMS.filter(({ name }) => values.program?.includes(name) ?? true);
/** `1/4`: each fourth fault, from the second on; the first is none. */
const [part, parts] = (values.part ?? '0/1').split('/').map(Number);
const faults = FAULTS.filter(({ name }, i) => i === 0 || (i % parts === part && name.includes(values.fault ?? '')));
const table = new Map(faults.map(({ name }) => [name, new Map()]));
let [runs, wrong] = [0, 0];

for (const program of programs) {
  const baseline = await attempt(program, {}, {});
  if (baseline.wrong !== undefined || baseline.product === '') {
    throw new Error(
      `${program.name} without a fault: ${baseline.wrong ?? 'no product'}, status ${baseline.status}: ${baseline.stderr}`,
    );
  }
  for (const fault of faults) {
    if ((fault.root || fault.asUser) && !isRoot) continue;
    if (fault.applies !== undefined && !fault.applies(program)) continue;
    const ends = new Set();
    for (const how of await startsOf(program, fault)) {
      const run = await metBy(program, fault, how);
      if (run === undefined) continue;
      const outcome = outcomeOf(program, fault, baseline, run);
      if (values.verbose)
        console.log(`        ${program.name}, ${fault.name}: ${JSON.stringify(outcome)} ${run.stderr.split('\n')[0]}`);
      if (outcome.fault !== undefined) {
        wrong++;
        console.log(
          `FAULT   ${program.name}, ${fault.name}${how.at === undefined ? '' : ` (${how.at})`}: ${outcome.fault}`,
        );
      } else ends.add(cellOf(outcome));
    }
    if (ends.size > 0)
      table.get(fault.name).set(program.name, [...ends].toSorted((a, b) => (a < b ? -1 : 1)).join(', '));
  }
  console.log(`ok      ${program.name}`);
}
console.log(`faults: ${runs} runs, ${wrong} wrong`);
process.exitCode = wrong === 0 ? 0 : 1;
if (values.write && wrong === 0) writeTable();

function cleanUp(site) {
  execFileSync('chmod', ['-R', 'u+rwX', site]);
  rmSync(site, { recursive: true });
}

/** A run in which a call was injected that was meant; which number it has differs now and then. */
async function metBy(program, fault, how) {
  for (let tries = 0; tries < 3; tries++) {
    const run = await attempt(program, fault, how);
    if (how.strace === undefined) return run;
    const injected = run.trace.split('\n').filter((line) => line.includes('(INJECTED)') || line.startsWith('---'));
    if (injected.length > 0 && (fault.each === undefined || injected.every((line) => isChange(line, fault.each.calls))))
      return run;
  }
  return undefined;
}

/** A run in a site of its own. */
async function attempt(program, fault, how) {
  runs++;
  const site = newSite();
  const server = how.server === undefined ? undefined : await badServer(how.server);
  try {
    if (fault.asUser) execFileSync('chown', ['-R', '65534:65534', site]);
    if (fault.prepare !== undefined) execFileSync('sh', ['-c', fault.prepare], { cwd: site });
    const strace = how.strace?.map((word) => word.replaceAll('%SITE%', site));
    const run = await runOne(site, program, { ...how, strace, user: fault.asUser, server: server?.address });
    if (fault.asUser || fault.prepare) execFileSync('chmod', ['-R', 'u+rwX', join(site, 'keys')]);
    const product = program.product === undefined ? run.stdout : program.product(site);
    return { ...run, product, wrong: program.check?.(site, run) };
  } finally {
    server?.close();
    cleanUp(site);
  }
}

/** All ways in which a fault is met. */
async function startsOf(program, { each, start }) {
  if (each === undefined) return [start('%SITE%', program)];
  const { trace } = await attempt(program, {}, { strace: ['-e', `trace=${each.calls}`] });
  const all = [...callsIn(trace, each.calls)];
  const step = values.quick ? Math.max(1, Math.floor(all.length / QUICK_CALLS)) : 1;
  return all
    .filter((_, i) => i % step === 0)
    .map(({ call, number }) => ({
      at: `${call} ${number}`,
      strace: ['-e', `trace=${call}`, '-e', `inject=${call}:${each.inject}:when=${number}`],
    }));
}

/** The calls of the first thread that change what lies in the site, each with its number among all of its kind. */
function* callsIn(trace, calls) {
  const counts = new Map();
  const main = trace.split(' ', 1)[0];
  for (const line of trace.split('\n')) {
    const [, thread, call] = CALL.exec(line) ?? [];
    if (thread !== main || !calls.includes(call)) continue;
    const number = (counts.get(call) ?? 0) + 1;
    counts.set(call, number);
    if (isChange(line, calls)) yield { call, number };
  }
}

function isChange(line, calls) {
  const [, , call, rest] = CALL.exec(line) ?? [];
  if (!calls.includes(call) || !/dktool-faults-/.test(rest) || /\/(?:trace|stderr)[>"]/.test(rest)) return false;
  return call !== 'openat' || /O_CREAT|O_TMPFILE/.test(rest);
}

function cellOf({ kind, status }) {
  return kind === 'put off' ? String(status) : kind;
}

function writeTable() {
  const path = join(ROOT, 'docs/reliability.md');
  const names = PROGRAMS.map(({ name }) => name);
  const rows = [...table].filter(([, cells]) => cells.size > 0);
  const lines = [
    `| fault | ${names.join(' | ')} |`,
    `|---|${names.map(() => '---').join('|')}|`,
    ...rows.map(([fault, cells]) => `| ${fault} | ${names.map((name) => cells.get(name) ?? '').join(' | ')} |`),
  ];
  const text = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    text.replace(/(<!-- table -->\n)[^]*(<!-- end -->)/, (_, head, tail) => `${head}\n${lines.join('\n')}\n\n${tail}`),
  );
}
