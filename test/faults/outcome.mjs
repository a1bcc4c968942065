// What came of a run under a fault, and whether it may.

const SENTENCE = /^(?:dktool(?:-queue|-remote)?|dktest|dknewkey): [^\n]+\n/m;
/** How Node.js and the shell end where there is no memory, no thread and no descriptor: with 134 after SIGABRT, or not at all. */
const DEAD = [1, 7, 9, 12, 126, 127, 132, 133, 134, 135, 139];

/**
 * @param program of programs.mjs
 * @param fault of faults.mjs
 * @param baseline the run without a fault, with its product
 * @param run the run under it, with its product and what is wrong with what it left
 * @returns {{ kind: 'done' | 'put off' | 'killed' | 'dead', status } | { fault: string }}
 */
export function outcomeOf(program, fault, baseline, run) {
  const { status, signal, stdout, stderr, product, wrong } = run;
  const wrongly = (what) => ({
    fault: `${what} (status ${status ?? signal}; stderr: ${JSON.stringify(stderr.slice(0, 300))})`,
  });
  if (wrong !== undefined) return wrongly(wrong);
  if (run.seconds > 30) return wrongly(`it took ${run.seconds} seconds`);
  if (/\n\s+at |internal error/.test(stderr)) return wrongly('a stack trace or an internal error');
  const may = fault.may ?? [];
  // A fault of a key is a finding.
  if (program.finds && status === 1 && product !== '') return { kind: 'put off', status };
  if (fault.judges && status === 111 && /temperror|temporary|unknown|unavailable|no answer/.test(product))
    return { kind: 'put off', status };
  const isSame = product === baseline.product || (program.varies && (product === '') === (baseline.product === ''));
  if (signal !== null || status > 128) {
    const name = signal ?? `status ${status}`;
    if (
      may.includes('killed') ||
      (may.includes('dead') && ['SIGABRT', 'SIGTRAP', 'SIGILL', 'SIGSEGV'].includes(name)) ||
      (may.includes('dead') && DEAD.includes(status))
    ) {
      return product === '' || isSame || (program.writes === 'stdout' && baseline.product.startsWith(product))
        ? { kind: may.includes('killed') ? 'killed' : 'dead', status: name }
        : wrongly('a part of the product');
    }
    return wrongly('it was killed');
  }
  const isDelayed = program.delayed?.(run) ?? [...program.delays, ...(fault.statuses ?? [])].includes(status);
  if (status === baseline.status && !(program.delayed?.(run) ?? false)) {
    if (isSame || fault.varies || fault.judges) return { kind: 'done', status };
    return wrongly('done, but with another product');
  }
  if (may.includes('dead') && DEAD.includes(status) && (product === '' || isSame)) return { kind: 'dead', status };
  if (!isDelayed) return wrongly('a status that says something else');
  if (program.partly && status >= 100 && product.split('\n', 2).every((line) => line === '' || JSON.parse(line))) {
    return { kind: 'put off', status };
  }
  // What was printed before the fault of a stream cannot be taken back: lines of verdicts are whole.
  if (product !== '' && !isSame && !(program.writes === 'stdout' && baseline.product.startsWith(product)))
    return wrongly('a product, or a part of it');
  if (!fault.mute && !SENTENCE.test(stderr) && !(program.reports && /Zdktool-remote: [ -~]+/.test(stdout)))
    return wrongly('no sentence');
  return { kind: 'put off', status: program.delayed !== undefined && status === 0 ? 'Z' : status };
}
