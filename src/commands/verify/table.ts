/** Verdicts for a person at a terminal: a small coloured table, the reason in words. */
import type { DiffLine } from '../../lib/explain/diff.ts';
import { type ExplanationLine, explanationLines } from './explain/lines.ts';
import type { ResultWord } from '../../lib/verdict.ts';
import type { ArcInstanceReport } from '../../lib/report/arc.ts';
import type { DomainKeysSignatureReport } from '../../lib/report/domainkeys.ts';
import type { SignatureReport, VerifyReport } from '../../lib/report/verify.ts';
import { type Cell, grid, gridOverhead } from '../../console/terminal/grid.ts';
import { printable } from '../../console/terminal/sanitize.ts';
import type { TerminalStyle } from '../../console/terminal/terminal.ts';
import { clipEnd, clipStart, displayWidth } from '../../console/terminal/text-width.ts';
import { arcLine } from './arc-text.ts';
import { crossCheckSentences } from './cross-check-text.ts';
import { dkim2Sentences } from './dkim2-text.ts';
import { dmarcLine } from '../../console/dmarc/lines.ts';
import { MARKS, notSeen, preflightSummary } from './preflight-text.ts';
import { asOfLine, reasonText, spfLine, unescapedLine } from './lines.ts';
import { wrapped } from '../../console/terminal/wrap.ts';

export interface TableStyle extends TerminalStyle {
  readonly verbose: boolean;
}

/** @param diffs with --explain: of each signature, what came against what was signed */
export type VerifyTable = (report: VerifyReport, diffs?: readonly (readonly DiffLine[])[]) => string;

export type ResultPaint = Readonly<Record<ResultWord, (text: string) => string>>;

/** Rows of one method. As many signatures as are judged; more of them say nothing to a person. */
const MAX_ROWS = 32;

/** Columns of the longest word in the first column. */
const RESULT_WIDTH = 'DomainKeys'.length;

/** A renderer; loads chalk and cli-table3, which only a terminal ever sees. */
export async function verifyTable(style: TableStyle): Promise<VerifyTable> {
  const { columns, verbose } = style;
  const chalk = await chalkOf(style);
  const paint = resultPaint(chalk);
  const room = Math.max(40, columns - gridOverhead(3, style)) - RESULT_WIDTH;
  const signerWidth = Math.max(16, Math.min(34, Math.floor(room * 0.4)));
  const widths = [RESULT_WIDTH, signerWidth, room - signerWidth];
  const tables = {
    DKIM: await grid(style, ['DKIM', 'signer', 'why'], widths, true),
    DomainKeys: await grid(style, ['DomainKeys', 'signer', 'why'], widths, true),
    ARC: await grid(style, ['ARC', 'sealer', 'what it claims'], widths, true),
  };

  const row = (
    signature: SignatureReport | DomainKeysSignatureReport,
    signer: readonly string[],
    facts: readonly string[],
  ): Cell[] => {
    const reason = [reasonText(signature), ...(verbose ? [`reason: ${signature.reason}`, ...facts] : [])];
    return [
      [{ text: signature.result, paint: paint[signature.result] }],
      signer.map((text) => ({ text: shortened(text, LONGEST_NAME) })),
      [
        ...reason.map((text) => ({ text: shortened(text, LONG) })),
        ...signature.warnings.map(({ detail }) => ({ text: `! ${shortened(detail, LONG)}`, paint: chalk.yellow })),
      ],
    ];
  };
  const dkimRow = (signature: SignatureReport) =>
    row(
      signature,
      [
        `d=${signature.domain ?? '?'}`,
        `s=${signature.selector ?? '?'}`,
        `${signature.algorithm ?? 'unknown algorithm'}, alignment ${signature.alignment}`,
      ],
      [
        `body hash ${signature.bodyHash}, signature ${signature.signature}`,
        `signed: ${signature.signedHeaders.join(' ')}`,
      ],
    );
  const domainKeysRow = (signature: DomainKeysSignatureReport) =>
    row(
      signature,
      [
        `d=${signature.domain ?? '?'}`,
        `s=${signature.selector ?? '?'}`,
        signature.sender === null ? 'sender unknown' : `${signature.sender.field} ${signature.sender.address}`,
      ],
      [`signature ${signature.signature}`, `signed: ${signature.signedHeaders?.join(' ') ?? 'all below it'}`],
    );
  const arcRow = ({ instance, seal, messageSignature, authenticationResults }: ArcInstanceReport): Cell[] => {
    const claim = authenticationResults === '' ? 'nothing' : authenticationResults;
    const found = [`seal: ${seal.detail}`, `message signature: ${messageSignature.detail}`];
    return [
      [{ text: `${instance} ${seal.result}`, paint: paint[seal.result === 'unchecked' ? 'neutral' : seal.result] }],
      [`d=${seal.domain ?? '?'}`, `s=${seal.selector ?? '?'}`].map((text) => ({ text: shortened(text, LONGEST_NAME) })),
      [claim, ...(verbose || seal.result === 'fail' ? found : [])].map((text) => ({ text: shortened(text, LONG) })),
    ];
  };
  const tableOf = <S>(
    method: keyof typeof tables,
    signatures: readonly S[],
    rowOf: (signature: S) => Cell[],
  ): string => {
    if (signatures.length === 0) return '';
    const more = signatures.length - MAX_ROWS;
    const closing =
      more > 0
        ? `  and ${more} more ${method} ${method === 'ARC' ? 'sets' : 'signatures'}, shown in a pipe and by --json\n`
        : '';
    return tables[method](signatures.slice(0, MAX_ROWS).map(rowOf)) + closing;
  };
  const paragraph = (text: string) => paragraphOf(text, columns);

  const tones: Readonly<Record<ExplanationLine['tone'], (text: string) => string>> = {
    plain: (text) => text,
    strong: chalk.bold,
    added: chalk.green,
    removed: chalk.red,
  };
  const explained = ({ explanation, selector }: SignatureReport, diff: readonly DiffLine[]): string => {
    if (explanation === undefined) return '';
    const text = [...explanationLines(explanation, diff)].flatMap((line) =>
      wrapped(line.text, columns - 2).map((part) => `  ${tones[line.tone](part)}\n`),
    );
    return `\n${chalk.bold(`s=${shortened(selector ?? '?', LONGEST_NAME)}`)}\n${text.join('')}`;
  };

  return (
    { file, from, result, at, unescaped, dkim, domainkeys, arc, dkim2, adsp, spf, dmarc, crossCheck, preflight },
    diffs = [],
  ) => {
    const unsigned = dkim.signatures.length + domainkeys.signatures.length === 0;
    const policy = domainkeys.policy?.status === 'found' ? paragraph(domainkeys.policy.detail) : '';
    const authors = adsp?.authors ?? [];
    return [
      title(file, result, from),
      at === undefined ? '' : paragraph(asOfLine(at)),
      unescaped === undefined ? '' : paragraph(unescapedLine(unescaped)),
      unsigned ? '  no DKIM signature\n' : '',
      tableOf('DKIM', dkim.signatures, dkimRow),
      ...dkim.signatures.slice(0, MAX_ROWS).map((signature, i) => explained(signature, diffs[i] ?? [])),
      tableOf('DomainKeys', domainkeys.signatures, domainKeysRow),
      policy,
      arc === undefined ? '' : tableOf('ARC', arc.instances, arcRow) + paragraph(arcLine(arc)),
      ...(dkim2 === undefined ? [] : dkim2Sentences(dkim2).map((sentence) => paragraph(`DKIM2 ${sentence}`))),
      ...authors.map((author) => paragraph(`ADSP ${author.result}: ${author.detail}`)),
      spf === undefined ? '' : paragraph(spfLine(spf)),
      dmarc === undefined ? '' : paragraph(dmarcLine(dmarc)),
      preflight === undefined ? '' : checklist(preflight),
      ...(crossCheck === undefined
        ? []
        : crossCheckSentences(crossCheck).map((sentence) => paragraph(`cross-check ${sentence}`))),
    ].join('');
  };

  function checklist(report: NonNullable<VerifyReport['preflight']>): string {
    const colors = { ok: 'pass', error: 'fail', temporary: 'temperror', warning: 'neutral', note: 'none' } as const;
    const lines = report.checks.map(({ code, status, detail }) => {
      const mark = paint[colors[status]](MARKS[status][style.unicode ? 0 : 1]);
      const remedies = report.findings.filter((finding) => finding.code === code).map(({ remedy }) => `-> ${remedy}`);
      const [first = '', ...rest] = [detail, ...remedies].flatMap((text) =>
        wrapped(shortened(text, LONG), columns - 6),
      );
      return [`  ${mark} ${first}`, ...rest.map((line) => `      ${line}`)].join('\n');
    });
    return [
      paragraph(`preflight ${preflightSummary(report)}`),
      ...lines.map((line) => `${line}\n`),
      paragraph(notSeen(report)),
    ].join('');
  }

  function title(file: string, result: ResultWord, from: string | null): string {
    const name = clipStart(printable(file), Math.max(20, columns - result.length - 2));
    const line = `${chalk.bold(name)}: ${paint[result](result)}`;
    const who = from === null ? '' : ` from ${shortened(from, LONG)}`;
    if (who === '') return `${line}\n`;
    const isShort = displayWidth(name) + 2 + result.length + displayWidth(who) <= columns;
    return isShort ? `${line}${who}\n` : `${line}\n${paragraph(who.trimStart())}`;
  }
}

/** Texts are cut to this before anything else is done with them; names that are longer than a domain can be, to that. */
const [LONG, LONGEST_NAME] = [1000, 300];

/** Printable, and cut. */
function shortened(text: string, length: number): string {
  return clipEnd(printable(text.slice(0, length + 1)), length);
}

/** Indented, wrapped at words. */
function paragraphOf(text: string, columns: number): string {
  const lines = wrapped(shortened(text, LONG), columns - 2);
  return lines.map((line) => `  ${line}\n`).join('');
}

type Painter = Awaited<ReturnType<typeof chalkOf>>;

export async function chalkOf({ color }: Pick<TerminalStyle, 'color'>) {
  const { Chalk } = await import('chalk');
  return new Chalk({ level: color ? 1 : 0 });
}

export function resultPaint(chalk: Painter): ResultPaint {
  return {
    pass: chalk.green,
    fail: chalk.red,
    policy: chalk.red,
    permerror: chalk.red,
    temperror: chalk.yellow,
    neutral: chalk.yellow,
    none: chalk.yellow,
  };
}
