/** rotate --status: how far each rotation is. */
import type { Context } from '../../console/context.ts';
import type { Outcome } from '../../console/outcome.ts';
import { readRotations } from '../../console/keys/rotation-file.ts';
import { withOutput } from '../../console/streams/output.ts';
import { metric } from '../../console/terminal/metrics.ts';
import { jsonLine, printable } from '../../console/terminal/sanitize.ts';
import { type RotationReport, rotationReport } from '../../lib/report/rotation.ts';
import { PHASE_WORDS, PHASES, secondsOf } from '../../lib/rotate/state.ts';
import type { RotateOptions, STATUS_FORMATS } from './options.ts';
import type { Target } from './targets.ts';

/** @throws DktoolError, kind temporary, where a state cannot be read, or the output not be written */
export function writeStatus(
  targets: readonly Target[],
  options: RotateOptions,
  now: number,
  context: Context,
): Outcome {
  const reports = targets.map(({ domain, stateFile }) => rotationReport(domain, readRotations(stateFile), now));
  const text = RENDERERS[statusFormat(options)](reports, now);
  withOutput(options.output, context, (sink) => sink.write(text));
  return reports.some(({ overdue }) => overdue) ? 'negative' : 'ok';
}

type StatusFormat = (typeof STATUS_FORMATS)[number];

export function statusFormat({ format, json }: RotateOptions): StatusFormat {
  return json === true ? 'json' : ((format ?? 'text') as StatusFormat);
}

const RENDERERS: Readonly<Record<StatusFormat, (reports: readonly RotationReport[], now: number) => string>> = {
  text: table,
  json: (reports) => reports.map((report) => jsonLine(report)).join(''),
  prometheus: metrics,
};

function table(reports: readonly RotationReport[]): string {
  const rows = reports.map((report) => [
    printable(report.domain),
    report.phase ?? 'none',
    change(report),
    when(report),
    report.phase === null ? '' : PHASE_WORDS[report.phase],
  ]);
  const widths = [0, 1, 2, 3].map((i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function change({ phase, from, to, finished }: RotationReport): string {
  const arrow = `${from.join('+')} -> ${to.join('+')}`;
  return phase === null && finished === null ? '-' : printable(arrow);
}

function when({ phase, due, overdue, finished, aborted }: RotationReport): string {
  if (phase === null) return finished === null ? 'never' : `${aborted ? 'aborted' : 'done'} ${finished}`;
  return `${overdue ? 'OVERDUE ' : ''}${aborted ? 'going back ' : ''}${due}`;
}

function metrics(reports: readonly RotationReport[], now: number): string {
  const active = reports.filter(({ phase }) => phase !== null);
  return [
    metric('dktool_rotate_time_seconds', 'When the status was written, in seconds since 1970.', [
      { labels: {}, value: Math.round(now) },
    ]),
    metric(
      'dktool_rotation_phase',
      `The phase of a rotation under way, by its number: ${PHASES.map((phase, i) => `${i} ${phase}`).join(', ')}.`,
      active.map(({ domain, phase }) => ({ labels: { domain, phase: phase! }, value: PHASES.indexOf(phase!) })),
    ),
    metric(
      'dktool_rotation_due_seconds',
      'When it can go on, in seconds since 1970.',
      active.map(({ domain, due }) => ({ labels: { domain }, value: secondsOf(due!) })),
    ),
    metric(
      'dktool_rotation_overdue',
      'Whether a step of a rotation takes longer than it should: 1, else 0.',
      reports.map(({ domain, overdue }) => ({ labels: { domain }, value: Number(overdue) })),
    ),
    metric(
      'dktool_rotation_finished_seconds',
      'When the last rotation came to its end, in seconds since 1970.',
      reports.flatMap(({ domain, finished }) =>
        finished === null ? [] : [{ labels: { domain }, value: secondsOf(finished) }],
      ),
    ),
  ].join('');
}
