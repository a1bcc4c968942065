/** The ways in which programs write quoted-printable, the usual ones first. */
import type { QuotedPrintableStyle, SoftBreaks } from './quoted-printable.ts';

const column = (plain: number, lastPlain: number, escape = plain, lastEscape = escape) => ({
  by: 'column' as const,
  plain,
  lastPlain,
  escape,
  lastEscape,
});
const reach = (at: number, atEnd: boolean): SoftBreaks => ({ by: 'reach', column: at, atEnd });
const word = (at: number, whole = at): SoftBreaks => ({ by: 'word', column: at, whole });

/** Perl and mutt: 76 columns, used in full by the end of a line. */
const FULL = column(75, 76, 75, 76);
/** Java, Go, Evolution, Exchange: 75 columns and the soft break. */
const SHORT = column(75, 75);
/** Python's binascii: no octet is looked ahead for an escape. */
const PYTHON = column(75, 76, 75, 75);

/** Programs by their breaks; each is tried with the escapes that the text calls for. */
const PROGRAMS: readonly QuotedPrintableStyle[] = [
  { breaks: FULL, trailing: 'run' }, // Perl: git send-email
  { breaks: PYTHON, dots: 'alone' },
  { breaks: FULL, dots: 'alone', from: 'letter' }, // mutt
  { breaks: reach(73, true), dots: 'column' }, // Thunderbird
  { breaks: SHORT }, // Go, Evolution, Gmail
  { breaks: SHORT, tabs: 'escape' }, // JavaMail
  { breaks: SHORT, tabs: 'escape', characters: 'guessed' }, // PHP
  { breaks: SHORT, tabs: 'escape', characters: 'guessed', dots: 'column' }, // Roundcube
  { breaks: { ...SHORT, continued: 1 } }, // mime4j: Thunderbird for Android
  { breaks: FULL, tabs: 'escape' },
  { breaks: reach(73, false) }, // Postfix, converting 8bit
  { breaks: reach(73, false), dots: 'kept' }, // Sendmail, likewise
  { breaks: reach(73, false), trailing: 'soft' }, // Ruby
  { breaks: reach(73, true), trailing: 'soft' },
  { breaks: SHORT, dots: 'start', from: 'letter', dashes: true }, // KMail
  { breaks: FULL, dots: 'start', from: 'letter', dashes: true },
  { breaks: reach(73, false), dots: 'kept', from: 'space' }, // Sendmail, with its flag E
  { breaks: { by: 'never' } },
  { breaks: column(77, 78, 77, 78) }, // Python's newer policies
  { breaks: { by: 'sentence' } }, // Nodemailer
];

/** Apple Mail and others break between words. */
const WORDS: readonly SoftBreaks[] = [
  word(75, 76),
  word(75),
  word(76),
  word(73),
  word(72),
  word(74),
  word(77),
  word(71),
  word(70),
  word(69),
  word(68),
  word(78),
];

const OTHER_BREAKS: readonly SoftBreaks[] = [
  column(74, 75, 74, 75),
  column(73, 73),
  column(74, 74),
  column(72, 72),
  column(76, 76),
  column(73, 74, 73, 74),
  column(72, 73, 72, 73),
  column(71, 71),
  column(70, 70),
  column(77, 77),
  column(75, 76, 73, 73),
  column(75, 76, 72, 72),
  column(75, 75, 73, 73),
  column(75, 75, 72, 72),
  column(73, 76, 73, 76),
  column(72, 76, 72, 76),
  column(68, 68),
  column(64, 64),
  column(60, 60),
  ...[74, 75, 72, 71, 70, 76, 68, 66].flatMap((at) => [reach(at, false), reach(at, true)]),
];

/** RFC 2045 section 6.7: what EBCDIC gateways cannot carry. */
const EBCDIC = '!"#$@[\\]^`{|}~';

/** What a text has that encoders treat differently: a style that differs in nothing else writes the same. */
export interface TextTraits {
  readonly hasLongLines: boolean;
  readonly hasTabs: boolean;
  readonly hasTrailing: boolean;
  readonly hasTrailingRuns: boolean;
  readonly hasDots: boolean;
  /** A dot anywhere: it may come behind a soft break. */
  readonly hasAnyDot: boolean;
  readonly hasLoneDots: boolean;
  readonly hasFrom: boolean;
  readonly hasDashes: boolean;
  readonly hasHighOctets: boolean;
  readonly hasEbcdic: boolean;
}

/** @param text LF */
export function traitsOf(text: Buffer): TextTraits {
  const latin1 = text.toString('latin1');
  const has = (pattern: RegExp) => pattern.test(latin1);
  return {
    hasLongLines: hasLongLines(text),
    hasTabs: latin1.includes('\t'),
    hasTrailing: has(/[ \t](?:\n|$)/),
    hasTrailingRuns: has(/[ \t]{2}(?:\n|$)/),
    hasDots: has(/^\./m),
    hasAnyDot: latin1.includes('.'),
    hasLoneDots: has(/^\.$/m),
    hasFrom: has(/^From /m),
    hasDashes: has(/^-/m),
    hasHighOctets: has(/[\x80-\xff=]/),
    hasEbcdic: has(/[!"#$@[\\\]^`{|}~]/),
  };
}

/** Columns from which on some encoder breaks a line. */
const SHORTEST_BREAK = 60;

function hasLongLines(text: Buffer): boolean {
  let length = 0;
  for (const byte of text) {
    if (byte === 0x0a) length = 0;
    else if (++length > SHORTEST_BREAK) return true;
    else if (byte > 0x7e || byte < 0x20 || byte === 0x3d) length += 2;
  }
  return false;
}

/** The styles that write this text in different ways, each once, the likeliest first. */
export function* stylesFor(traits: TextTraits): Generator<QuotedPrintableStyle> {
  const seen = new Set<string>();
  for (const style of allStyles(traits)) {
    const reduced = reduce(style, traits);
    const key = JSON.stringify(reduced);
    if (seen.has(key)) continue;
    seen.add(key);
    yield reduced;
  }
}

function* allStyles(traits: TextTraits): Generator<QuotedPrintableStyle> {
  yield* PROGRAMS;
  for (const style of PROGRAMS.slice(0, 4)) yield { ...style, lowerCase: true };
  for (const breaks of WORDS.slice(0, 4)) {
    yield { breaks };
    yield { breaks, tabs: 'escape', from: 'letter', dots: 'start' };
  }
  for (const breaks of [FULL, SHORT]) yield { breaks, characters: 'kept' };
  const commonBreaks = [FULL, SHORT, PYTHON, ...WORDS, reach(73, true), reach(73, false), ...OTHER_BREAKS];
  // One odd choice at a time, with each way to break lines.
  for (const breaks of commonBreaks) {
    yield { breaks };
    if (traits.hasHighOctets) yield { breaks, characters: 'kept' };
  }
  for (const escapes of escapeChoices(traits)) for (const breaks of commonBreaks) yield { breaks, ...escapes };
  for (const style of PROGRAMS) {
    if (traits.hasHighOctets) yield { ...style, lowerCase: true };
    yield { ...style, also: EBCDIC };
  }
  if (traits.hasLongLines) {
    for (const breaks of [FULL, SHORT, PYTHON, column(73, 73), column(74, 74), column(72, 72)]) {
      yield { breaks, blanks: 'escaped' };
      yield { breaks, blanks: 'escaped', tabs: 'escape' };
    }
  }
  for (const breaks of [FULL, SHORT]) {
    yield { breaks, ends: '=0D=0A' };
    yield { breaks, ends: '=0A' };
  }
}

/** All combinations of the choices that make a difference in this text. */
function escapeChoices(traits: TextTraits): Omit<QuotedPrintableStyle, 'breaks'>[] {
  let choices: Omit<QuotedPrintableStyle, 'breaks'>[] = [{}];
  const also = (when: boolean, ...more: Omit<QuotedPrintableStyle, 'breaks'>[]) => {
    if (when) choices = [...choices, ...more.flatMap((one) => choices.map((choice) => ({ ...choice, ...one })))];
  };
  also(traits.hasTrailing, { trailing: 'run' }, { trailing: 'soft' }, { trailing: 'keep' });
  also(traits.hasTabs, { tabs: 'escape' });
  also(traits.hasDots, { dots: 'start' });
  also(traits.hasLoneDots, { dots: 'alone' });
  also(traits.hasFrom, { from: 'letter' }, { from: 'space' });
  also(traits.hasDashes, { dashes: true });
  return choices.slice(1);
}

/** The same style without the choices that make no difference in this text. */
function reduce(style: QuotedPrintableStyle, traits: TextTraits): QuotedPrintableStyle {
  const { trailing = 'last', dots, from } = style;
  const keepsTrailing = traits.hasTrailing && trailing !== 'last' && (trailing !== 'run' || traits.hasTrailingRuns);
  const keepsDots =
    dots === 'alone'
      ? traits.hasLoneDots
      : (dots !== 'kept' && traits.hasDots) || (dots !== 'start' && traits.hasAnyDot && traits.hasLongLines);
  return {
    breaks: traits.hasLongLines ? style.breaks : { by: 'never' },
    ...(style.characters && traits.hasHighOctets && traits.hasLongLines ? { characters: style.characters } : {}),
    ...(keepsTrailing ? { trailing } : {}),
    ...(style.tabs && traits.hasTabs ? { tabs: style.tabs } : {}),
    ...(dots && keepsDots ? { dots } : {}),
    ...(from && traits.hasFrom ? { from } : {}),
    ...(style.dashes && traits.hasDashes ? { dashes: true } : {}),
    ...(style.also && traits.hasEbcdic ? { also: style.also } : {}),
    ...(style.ends ? { ends: style.ends } : {}),
    ...(style.blanks ? { blanks: style.blanks } : {}),
    ...(style.lowerCase && traits.hasHighOctets ? { lowerCase: true } : {}),
  };
}
