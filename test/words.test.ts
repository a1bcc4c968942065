/** Which words stand where: the source and the manual read as one text. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The lines of all files below a folder, each with the place where it stands. */
function linesBelow(folder: string, ending: RegExp): { readonly place: string; readonly line: string }[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => ending.test(file))
    .flatMap((file) =>
      readFileSync(join(root, folder, file), 'utf8')
        .split('\n')
        .map((line, i) => ({ place: `${folder}/${file}:${i + 1}`, line })),
    );
}

const show = ({ place, line }: { readonly place: string; readonly line: string }) => `${place}: ${line.trim()}`;

/** What a line of code says: its literals, as far as they end on it. */
const saidBy = (line: string) =>
  /^\s*(?:\/?\*|\/\/)/.test(line) ? [] : (line.match(/'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`?/g) ?? []);

describe('the engine', () => {
  /** What findings advise are commands to paste. */
  const REMEDIES = /^src\/lib\/(?:check|keys\/published|preflight|rotate)\//;
  /** A colour that a style sheet names, `--pass:#2a7d46`, is no option. */
  const COMMAND = /\bdktool [a-z-]+|(?<![\w-])--[a-z](?![a-z]*:#)/;
  it('does not speak the command line: hints are codes with facts, for which the console has the words', () => {
    const speaking = linesBelow('src/lib', /\.ts$/).filter(({ line }) =>
      saidBy(line).some((text) => COMMAND.test(text)),
    );
    expect(speaking.filter(({ place }) => !REMEDIES.test(place)).map(show)).toEqual([]);
    expect(speaking).not.toEqual([]);
  });
});

describe('the source, the manual and the docs', () => {
  /** Words that this project had made up, in identifiers too; the field has its own: reported, renderer, response, fix. */
  const MADE_UP =
    /(?<![A-Za-z])(?:told|untold|sayer|shower|heard|mend(?:s|ed|ing)?|twins?|slots?)(?![a-z])|(?:Told|Untold|Sayer|Shower|Heard|Mend(?:s|ed|ing)?|Twins?|Slots?)(?![a-z])/;
  /** A seed is the secret of an Ed25519 key (RFC 8032 section 5.1.5), and nothing else. */
  const SEED = /seed/i;
  const IS_ED25519 =
    /^src\/lib\/crypto\/|Ed25519|--format seed|^\S+: (?:\.It Cm seed|or of seed and public key.*)$|return 'seed'/;
  /** The former word of `verify --compat`, which is still taken. */
  const FORMER_WORD = /^src\/commands\/verify\/options\.ts:\d+: 'seed',$/;
  const lines = [...linesBelow('src', /\.ts$/), ...linesBelow('man', /\.\d$/), ...linesBelow('docs', /\.md$/)];

  /** An option of serve, and what reads it. */
  const SLOTS_OPTION =
    /--slots [</]|--slots'|options\.slots|readonly slots\?|slots: settings|Fl -slots|slots-(?:queue|remote)/;
  it('have no words of their own making', () => {
    expect(lines.filter(({ line }) => MADE_UP.test(line) && !SLOTS_OPTION.test(line)).map(show)).toEqual([]);
    for (const word of ['told', 'isTold', 'UntoldSession', 'mends', 'QmailSlot']) expect(word).toMatch(MADE_UP);
    for (const word of ['recommended', 'threshold', 'shows', 'showers']) expect(word).not.toMatch(MADE_UP);
  });

  it('call only the secret of an Ed25519 key a seed', () => {
    const seeds = lines.filter(({ line }) => SEED.test(line)).map(show);
    expect(seeds.filter((line) => !IS_ED25519.test(line) && !FORMER_WORD.test(line))).toEqual([]);
    expect(seeds.filter((line) => FORMER_WORD.test(line))).toHaveLength(1);
  });
});

describe('what a person reads', () => {
  /** Turns that read like a translation; a plain sentence says each in another way. */
  const ODD = new RegExp(
    [
      /\b(?:is|are) none of\b/, // is not one of
      /\b(?:so long|this often) at most\b|\bafter so long\b|\bfor so long\b|\ba server this often\b/,
      /\bhangs? on\b|\bcarried out\b|\bsays what costs\b/, // depends on, supported
      /\b(?:un)?sound (?:key|record|SPF|DMARC)\b|\bis (?:not|no) sound\b/, // valid, malformed
      /\bwhom\b|\bwhoever\b|\bnobody\b|\b(?:every|any|some)body\b/, // who, nothing, everyone, anyone
      /\bis (?:put|taken) (?:off|away)\b|\btakes? (?:it|them|the \w+|[a-z]=\S*) out\b/, // is deferred, remove
      /\bgoes? with --|\bdoes nothing beside\b|\bdo not go together\b/, // needs, has no effect with, cannot be used with
      /\bencoded? (?:it )?anew\b|\bwritten anew\b|\bbegun anew\b/, // re-encoded, replaced
      /\bheld against\b|\bhold(?:s|ing)? (?:messages|it) against\b/, // compared with
      /\bthe standard (?:input|output|error)\b/, // standard input
      /\bthe zone above\b/, // the parent zone
      /\bin a circle\b|\bis cut short\b|\bcut short\b/, // a loop, truncated
      /(?<!there )\b(?:is|was) no (?:address|domain|field|file|host|key record|list|message|name|number|policy|program|record|selector|tag|URI)\b/i,
    ]
      .map(({ source }) => `(?:${source})`)
      .join('|'),
    'i',
  );
  /** qmail's and libdomainkeys' own words, and the pages and folders that describe the newest commands. */
  const ELSEWHERE = /^(?:src\/commands\/(?:keyring|report|verify\/mailbox)\/|man\/dktool-(?:keyring|report)\.1)/;
  /** Mail folders (Maildir++, MH) are called so in their own manuals; everything else is a directory. */
  const FOLDER = /\b(?:a|the|this|that|which|into|current|same|no) folders?\b/i;
  const MAIL_FOLDER = /Maildir|\bMH\b|any other folder|^man\/dktool-verify\.1:\d+: the folder and its name/;

  /** Option descriptions are rewritten with the help. */
  const texts = [
    ...linesBelow('src', /(?<!\/options|\/command|dns-record\/compare)\.ts$/).flatMap((at) =>
      saidBy(at.line).map((line) => ({ ...at, line })),
    ),
    ...linesBelow('man', /\.\d$/),
  ].filter(({ place, line }) => !ELSEWHERE.test(place) && line !== "'nobody'");

  it('is idiomatic', () => {
    expect(texts.filter(({ line }) => ODD.test(line)).map(show)).toEqual([]);
    for (const line of [
      "'x' is no domain",
      'ask a server this often',
      'end after so long',
      '-0 goes with --files-from',
      'it is cut short',
    ])
      expect(line).toMatch(ODD);
    for (const line of ['there is no record', 'The host is not a name.', 'as long as all pass', 'no longer'])
      expect(line).not.toMatch(ODD);
  });

  it('calls a directory a directory', () => {
    expect(
      texts
        .filter(({ line }) => FOLDER.test(line))
        .map(show)
        .filter((line) => !MAIL_FOLDER.test(line)),
    ).toEqual([]);
  });
});
