/** What was done to a message on its way, as a value. */

/** What sender and receiver can do about it: see advice.ts. */
export type AdviceKind = 'list' | 'filter' | 'encoding' | 'space' | 'long-lines' | 'relay' | 'key' | 'time' | 'unknown';

interface KindFacts {
  readonly meaning: string;
  readonly advice: AdviceKind;
}

/** Every kind of change, with what it means: the stable list of dktool-verify(1). */
export const CHANGE_KINDS = {
  'lines-appended': { meaning: 'lines were added at the end of the body or of a part', advice: 'list' },
  'lines-prepended': { meaning: 'lines were added at the top of the body or of a part', advice: 'list' },
  'lines-inserted': { meaning: 'lines were added within the body', advice: 'list' },
  'transfer-encoding-changed': { meaning: 'the text was re-encoded', advice: 'encoding' },
  'charset-changed': { meaning: 'the text was converted to another character set', advice: 'encoding' },
  'part-added': { meaning: 'a MIME part was added', advice: 'list' },
  'message-wrapped': { meaning: 'the message was put into a multipart as one of its parts', advice: 'list' },
  'part-fields-added': { meaning: 'header lines were added to MIME parts', advice: 'relay' },
  'part-fields-changed': { meaning: 'header lines of MIME parts were rewritten', advice: 'relay' },
  'parts-removed': { meaning: 'MIME parts were removed or converted to plain text', advice: 'list' },
  'blank-lines-added': { meaning: 'empty lines were added', advice: 'relay' },
  'blank-lines-removed': { meaning: 'empty lines were removed', advice: 'relay' },
  'from-line-escaped': { meaning: 'lines that begin with "From " got a ">" in front', advice: 'encoding' },
  'dots-doubled': { meaning: 'the dot-stuffing of SMTP was left in', advice: 'relay' },
  'dots-removed': { meaning: 'dots at the start of lines were taken for dot-stuffing', advice: 'relay' },
  'line-ends-doubled': { meaning: 'line ends were doubled', advice: 'relay' },
  'carriage-returns-added': { meaning: 'carriage returns were added to line ends', advice: 'relay' },
  'carriage-returns-removed': { meaning: 'carriage returns were removed from line ends', advice: 'encoding' },
  'trailing-space-removed': { meaning: 'white space at line ends was removed', advice: 'space' },
  'trailing-space-added': { meaning: 'white space was added at line ends', advice: 'space' },
  'tabs-changed': { meaning: 'tabs were expanded to spaces', advice: 'space' },
  'lines-wrapped': { meaning: 'lines were wrapped', advice: 'relay' },
  'long-lines-broken': { meaning: 'lines over the SMTP limit were broken', advice: 'long-lines' },
  'links-rewritten': { meaning: 'links were replaced by those of a filter', advice: 'filter' },
  'boundary-line-changed': { meaning: 'lines before, between or after MIME parts were rewritten', advice: 'relay' },
  'body-changed': { meaning: 'the body was changed, and no known change explains how', advice: 'unknown' },
  'field-changed': { meaning: 'the text of a header field was changed', advice: 'list' },
  'subject-tagged': { meaning: 'a tag was put into the Subject', advice: 'list' },
  'from-rewritten': { meaning: 'From was replaced by a list address', advice: 'list' },
  'message-id-replaced': { meaning: 'the Message-ID was replaced', advice: 'relay' },
  'field-added': { meaning: 'a header field was added that the signature excludes', advice: 'list' },
  'field-removed': { meaning: 'a signed header field was removed', advice: 'relay' },
  'field-duplicated': { meaning: 'a signed header field was duplicated', advice: 'relay' },
  'field-refolded': { meaning: 'a header field was refolded', advice: 'space' },
  'field-reencoded': { meaning: 'the encoded words or quotes of a header field were rewritten', advice: 'relay' },
  'field-space-changed': { meaning: 'the white space of a header field was changed', advice: 'space' },
  'field-case-changed': { meaning: 'the case of letters in a header field was changed', advice: 'space' },
  'addresses-reordered': { meaning: 'addresses were reordered, dropped, or moved to another field', advice: 'list' },
  'header-changed': {
    meaning: 'a signed header field was changed, and no known change explains how',
    advice: 'unknown',
  },
  'wrong-key': { meaning: 'the signature was made with a key other than the published one', advice: 'key' },
  'signature-damaged': { meaning: 'the value of b= was damaged', advice: 'relay' },
  'key-record-damaged': { meaning: 'the key record is damaged', advice: 'key' },
  'key-missing': { meaning: 'the key is not published, or was revoked', advice: 'key' },
  'key-unavailable': { meaning: 'DNS gave no answer for the key', advice: 'key' },
  'key-refused': { meaning: 'the key record does not allow this signature', advice: 'key' },
  'signature-expired': { meaning: 'the signature expired', advice: 'time' },
  'signature-too-early': { meaning: 'the signature is dated in the future', advice: 'time' },
} as const satisfies Record<string, KindFacts>;

/** A word of CHANGE_KINDS. dktool-verify(1) lists them with what each means and what to do. */
export type ChangeKind = keyof typeof CHANGE_KINDS;

/** One thing that was done to a message. Texts are latin1, lines without their line ends. */
export interface Change {
  readonly kind: ChangeKind;
  /** How many lines, parts or fields. */
  readonly count?: number;
  /** Where: `end`, `top`, `line 12`, `part 2`. */
  readonly at?: string;
  /** The lines that were added, or what stands there now. */
  readonly text?: readonly string[];
  /** A header field, by its name. */
  readonly field?: string;
  /** How it was when it was signed, and how it came. */
  readonly from?: string;
  readonly to?: string;
  /** Who did it, as far as the message says. */
  readonly by?: string;
  /** No hash bears it out: what the message suggests. */
  readonly isGuess?: boolean;
}
