import type { Context } from '../../console/context.ts';
import { type HelpPage, setHelpPage } from '../../console/options/help-page.ts';
import { helpWidth, paragraphs } from '../../console/options/help-text.ts';
import type { Outcome } from '../../console/outcome.ts';
import { diagnostics } from '../../console/terminal/diagnostics.ts';
import { jsonLine } from '../../console/terminal/sanitize.ts';
import { wrapped } from '../../console/terminal/wrap.ts';
import { DktoolError } from '../../lib/errors.ts';
import type { CodeReport } from '../../lib/report/code.ts';
import type { CommandModule } from '../command.ts';
import { type Explanation, explanations, SOURCES } from './catalogue.ts';
import { nearest } from './nearest.ts';

interface ExplainOptions {
  readonly json?: true;
}

const HELP: HelpPage = {
  examples: [
    'dktool explain body-hash-mismatch',
    'dktool explain key-not-found spf-too-many-lookups',
    'dktool explain --json key-cut | jq -r .remedy',
    'dktool explain | less',
  ],
  common: ['json'],
  notes:
    'A code may be a reason of verify or spf-check, a finding, a warning, a change found by --explain, or an error.',
  exitStatus: '0 explained, 100 there is no such code, 111 the manual pages of the package are missing',
};

export const explain: CommandModule = {
  name: 'explain',
  register(program, context, finish) {
    const command = program
      .command('explain')
      .summary('explain a reason, finding or error: causes, and what to do')
      .description('Explain reason, finding and error codes: what they mean, usual causes, what to do.')
      .argument('[code...]', 'codes, as verify, check and the others print them; without one, all are listed')
      .optionsGroup('Output:')
      .option('--json', 'one JSON object per meaning');
    setHelpPage(command, HELP).action((codes: string[], options: ExplainOptions) => {
      finish(run(codes, options, context));
    });
  },
};

function run(codes: readonly string[], { json }: ExplainOptions, context: Context): Outcome {
  const all = explanations((page) => context.packageFile?.(`man/${page}`));
  if (all.length === 0) {
    throw new DktoolError('read-failed', 'the manual pages of the package, which have the meanings, are missing', {
      kind: 'temporary',
      hint: 'install dktool again',
    });
  }
  const { stdout } = context;
  if (codes.length === 0) {
    stdout.write(json ? all.map((one) => jsonLine(report(one))).join('') : catalogueText(all, helpWidth(stdout)));
    return 'ok';
  }
  const { say, hint } = diagnostics(context);
  const wanted = codes.map((given) => ({ given, code: codeOf(given) }));
  const known = wanted.flatMap(({ code }) => all.filter((one) => one.code === code));
  if (json) stdout.write(known.map((one) => jsonLine(report(one))).join(''));
  else
    stdout.write(
      adviceOnce(known)
        .map((one) => explanationText(one, helpWidth(stdout)))
        .join('\n'),
    );
  const unknown = wanted.filter(({ code }) => !all.some((one) => one.code === code));
  for (const { given, code } of unknown) {
    say(`there is no code ${given}`);
    const meant = nearest(
      code,
      all.map((one) => one.code),
    );
    hint(meant.length === 0 ? 'dktool explain lists all codes' : `did you mean ${meant.join(' or ')}?`);
  }
  return unknown.length > 0 ? 'permanent' : 'ok';
}

/** A code with several meanings has its advice below the last of those that share it. */
function adviceOnce(known: readonly Explanation[]): Explanation[] {
  return known.map((one, i) => {
    const isRepeated = known.slice(i + 1).some(({ code, remedy }) => code === one.code && remedy === one.remedy);
    return isRepeated ? { ...one, causes: undefined, remedy: undefined } : one;
  });
}

/** As it is pasted: `[key-missing]`, `reason=key-missing`, `example.com:key-missing`. */
function codeOf(given: string): string {
  return given
    .toLowerCase()
    .replace(/[\s\])},.;:]+$/, '')
    .replace(/^.*[\s:=[({]/s, '');
}

function explanationText({ code, kind, manual, result, meaning, causes, remedy }: Explanation, width: number): string {
  const head = `${code}: ${kind}${result === undefined ? '' : `, result ${result}`}; see ${manual}`;
  const parts = [meaning, causes && `Usual causes: ${causes}`, remedy && `What to do: ${remedy}`];
  const lines = parts.flatMap((part) => (part ? wrapped(part, width - INDENT.length) : []));
  return `${[...paragraphs(head, width), ...lines.map((line) => INDENT + line)].join('\n')}\n`;
}

const INDENT = '  ';

function catalogueText(all: readonly Explanation[], width: number): string {
  return SOURCES.map(({ kind }) => {
    const codes = new Set(all.filter((one) => one.kind === kind).map(({ code }) => code));
    const lines = wrapped([...codes].join(' '), width - INDENT.length);
    return `${kind}:\n${lines.map((line) => `${INDENT}${line}\n`).join('')}`;
  }).join('\n');
}

function report({ code, kind, manual, result, meaning, causes, remedy }: Explanation): CodeReport {
  return { code, kind, manual, result: result ?? null, meaning, causes: causes ?? null, remedy: remedy ?? null };
}
