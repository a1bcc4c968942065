/** rotate --dry-run: what the next run would do. Asks DNS, and changes nothing. */
import type { Context } from '../../console/context.ts';
import { readRotations } from '../../console/keys/rotation-file.ts';
import { printable } from '../../console/terminal/sanitize.ts';
import { abort, nextStep, type Step, withClock } from '../../lib/rotate/engine.ts';
import type { Facts } from '../../lib/rotate/facts.ts';
import { instant, type Rotation } from '../../lib/rotate/state.ts';
import { beginRotation } from './begin.ts';
import { lookAt, probeKeys } from './name-servers.ts';
import type { RotateOptions } from './options.ts';
import { factsOf, selectorsOf } from './run.ts';
import type { Target } from './targets.ts';

/** Write one line on what would be done for a domain. */
export async function dryRun(target: Target, now: number, options: RotateOptions, context: Context): Promise<void> {
  const { domain, stateFile } = target;
  const state = readRotations(stateFile);
  const say = (sentence: string) => context.stdout.write(`${printable(`${domain}: ${sentence}`)}\n`);
  const before = state.finished.filter((one) => one.domain === domain);
  const known = Object.hasOwn(state.rotations, domain) ? withClock(state.rotations[domain]!, now) : undefined;
  let rotation = known;
  if (options.abort === true) rotation = known && abort(known, now);
  else rotation ??= await beginRotation(target, before, now, options, context);
  if (rotation === undefined) return say(options.abort === true ? 'nothing can be undone' : 'there is nothing to do');
  let seen: Pick<Facts, 'from' | 'to' | 'probe'> = {};
  for (;;) {
    const step = nextStep(rotation, factsOf(domain, rotation, seen), now);
    if (step.kind === 'move') rotation = step.rotation;
    else if (step.kind === 'look') {
      seen = { ...seen, [step.at]: await lookAt(domain, rotation.keys, step.at, options, context) };
    } else if (step.kind === 'probe') {
      seen = { ...seen, probe: await probeKeys(domain, rotation.keys, now, options, context) };
    } else return say(wordsOf(step, rotation));
  }
}

function wordsOf(step: Exclude<Step, { kind: 'move' | 'look' | 'probe' }>, rotation: Rotation): string {
  const [from, to] = [selectorsOf(rotation, 'from'), selectorsOf(rotation, 'to')];
  switch (step.kind) {
    case 'make':
      return `would make ${rotation.keys.map((key) => key.to.path).join(' and ')}, to follow ${from}`;
    case 'ask':
      return `would ask to ${step.what} the record of ${step.of === 'to' ? to : from}${step.isAgain ? ' again' : ''}`;
    case 'switch':
      return `would switch signing from ${from} to ${to}`;
    case 'reload':
      return 'would run the --after command';
    case 'retire':
      return `would move the private key of ${from} away`;
    case 'discard':
      return `would delete ${rotation.keys.map((key) => key.to.path).join(' and ')}`;
    case 'finish':
      return 'the rotation is complete';
    case 'stop':
      return `${step.problem}; ${step.remedy}`;
    default:
      return `${step.why}${step.until === undefined ? '' : `, until ${instant(step.until)}`}`;
  }
}
