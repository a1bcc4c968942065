import { InvalidArgumentError, Option } from 'commander';
import type { Context } from '../../console/context.ts';
import { addCommonOptions, type CommonOptions } from '../../console/options/options.ts';
import { type HelpPage, setHelpPage } from '../../console/options/help-page.ts';
import type { Outcome } from '../../console/outcome.ts';
import { BlockSink } from '../../console/streams/block-sink.ts';
import { inputsOf } from '../../console/streams/input.ts';
import { withOutput } from '../../console/streams/output.ts';
import { diagnostics } from '../../console/terminal/diagnostics.ts';
import { jsonLine } from '../../console/terminal/sanitize.ts';
import { reportCsv } from '../../lib/archive-report/csv.ts';
import { type ArchiveReport, type Dimension, DIMENSIONS } from '../../lib/archive-report/dimensions.ts';
import { ReportFold } from '../../lib/archive-report/fold.ts';
import { reportHtml } from '../../lib/archive-report/html.ts';
import type { CommandModule } from '../command.ts';
import { linesIn } from './lines.ts';
import { reportTable } from './table.ts';

interface ReportOptions extends CommonOptions {
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly html?: boolean;
  readonly by?: readonly Dimension[];
  readonly output?: string;
}

const HELP: HelpPage = {
  examples: [
    'dktool report verdicts.ndjson',
    'dktool report --by domain,month --csv verdicts.ndjson > months.csv',
    'dktool report --html -o report.html part-*.ndjson',
    'dktool report --json part1.ndjson > part1.json; dktool report part1.json part2.json',
  ],
  common: ['by', 'json', 'csv', 'html', 'output'],
  notes:
    'Files hold lines of dktool verify --json, or of dktool report --json: reports of parts add up to the report of the whole.',
  exitStatus:
    '0 done, 2 no message, 100 wrong command line, or a line that dktool did not write, 111 the output cannot be written',
};

/** What a table counts by, unless it is said. */
const USUAL: readonly Dimension[] = ['domain', 'result', 'reason'];

export const report: CommandModule = {
  name: 'report',
  register(program, context, finish) {
    const command = program
      .command('report')
      .summary('summarise the results of an archive')
      .description('Summarise the output of verify --json: results by signer, reason and month.')
      .argument('[file...]', 'output of verify --json or report --json (default: stdin)')
      .optionsGroup('Output:')
      .option('--by <what>', `what to count by: ${DIMENSIONS.join(',')}`, dimensions)
      .addOption(new Option('--json', 'one JSON object, which report reads too').conflicts(['csv', 'html']))
      .addOption(new Option('--csv', 'comma-separated values').conflicts('html'))
      .option('--html', 'one page with charts, without scripts')
      .option('-o, --output <file>', 'write to this file');
    addCommonOptions(setHelpPage(command, HELP)).action((files: string[], options: ReportOptions) =>
      finish(run(files, options, context)),
    );
  },
};

function dimensions(text: string): readonly Dimension[] {
  const names = text.split(',');
  const unknown = names.find((name) => !(DIMENSIONS as readonly string[]).includes(name));
  if (unknown !== undefined) throw new InvalidArgumentError(`It must be of ${DIMENSIONS.join(', ')}, with commas.`);
  return DIMENSIONS.filter((name) => names.includes(name));
}

function run(files: readonly string[], options: ReportOptions, context: Context): Outcome {
  const about = diagnostics(context, options);
  // What a picture shows depends on all of it; of a table or of less than that, only what was asked for is kept.
  const { json, csv, html, by = json || csv || html ? DIMENSIONS : USUAL } = options;
  const fold = new ReportFold(html ? DIMENSIONS : by);
  for (const input of inputsOf(files, context)) {
    const { source, close } = input.open();
    try {
      for (const counts of linesIn(source, input.name, about.warn)) fold.add(counts);
    } finally {
      close();
    }
  }
  const { report: folded } = fold;
  if (folded.messages === 0) {
    about.say('there is no message to report on');
    return 'nothing';
  }
  withOutput(options.output, context, (sink) => {
    const blocks = new BlockSink(sink);
    for (const text of rendered(folded, by, options)) blocks.write(text);
    blocks.flush();
  });
  return 'ok';
}

function rendered(
  folded: ArchiveReport,
  by: readonly Dimension[],
  { json, csv, html }: ReportOptions,
): Iterable<string> {
  if (json) return [jsonLine(folded)];
  if (csv) return reportCsv(folded, by);
  return html ? reportHtml(folded, by) : reportTable(folded, by);
}
