/**
 * The fields of DKIM2 (draft-ietf-dkim-dkim2-spec), read and not judged: the draft still changes what goes over the wire, so
 * that a verdict of today would be wrong tomorrow.
 */
import type { HeaderBlock, HeaderField } from '../header/header-block.ts';
import { colonList, decodeBase64, parseTagList, type Tag } from '../syntax/tag-list.ts';
import { type Dkim2Recipe, readRecipe } from './recipe.ts';

/** Fields of each kind that are read; a message passes a dozen hosts at most. */
export const MAX_DKIM2_FIELDS = 50;
/** Recipients that are listed of one signature. */
const MAX_RECIPIENTS = 20;
/** Octets of a value that is decoded. */
const MAX_VALUE = 64 * 1024;

/** One DKIM2-Signature: who handed the message on, and for which envelope. Texts are latin1 and may be anything. */
export interface Dkim2Signature {
  /** i=, the hop, from 1. */
  readonly hop: number | undefined;
  /** m=, the Message-Instance that it covers. */
  readonly revision: number | undefined;
  /** t=, seconds since 1970. */
  readonly timestamp: number | undefined;
  /** d=, as written. */
  readonly domain: string | undefined;
  /** s=: one of each signature in the field. */
  readonly keys: readonly { readonly selector: string; readonly algorithm: string }[];
  /** mf=, the envelope sender without its angle brackets; empty is the null sender. */
  readonly mailFrom: string | undefined;
  /** rt=, the envelope recipients, at most MAX_RECIPIENTS. */
  readonly recipients: readonly string[];
  /** Recipients that are not listed. */
  readonly moreRecipients: number;
  /** nd=, the domain that it was handed to. */
  readonly nextDomain: string | undefined;
  /** f=, such as `donotmodify`. */
  readonly flags: readonly string[];
  /** Why the field cannot be read. */
  readonly problem: string | undefined;
}

/** One Message-Instance: the message as it was at some hop. */
export interface Dkim2Instance {
  /** m=, from 1. */
  readonly revision: number | undefined;
  /** r=: how the instance before is got back; `undefined` where there is none. */
  readonly recipe: Dkim2Recipe | undefined;
  /** Why the field cannot be read. */
  readonly problem: string | undefined;
}

/** What the DKIM2 fields of a message say. Nothing of it was judged. */
export interface Dkim2Chain {
  /** By hop, oldest first. */
  readonly signatures: readonly Dkim2Signature[];
  /** By revision, oldest first. */
  readonly instances: readonly Dkim2Instance[];
  /** Fields that were not read, beyond MAX_DKIM2_FIELDS of each kind. */
  readonly unread: number;
}

/** What the DKIM2 fields of a message say; `undefined` where it has none. */
export function dkim2Chain(header: HeaderBlock): Dkim2Chain | undefined {
  const [signatures, instances] = [header.named('dkim2-signature'), header.named('message-instance')];
  if (signatures.length === 0 && instances.length === 0) return undefined;
  const read = <T>(fields: readonly HeaderField[], as: (value: string) => T): T[] =>
    fields.slice(0, MAX_DKIM2_FIELDS).map((field) => as(header.value(field)));
  return {
    signatures: read(signatures, readSignature).sort((a, b) => order(a.hop, b.hop)),
    instances: read(instances, readInstance).sort((a, b) => order(a.revision, b.revision)),
    unread: beyond(signatures) + beyond(instances),
  };
}

const beyond = (fields: readonly HeaderField[]) => Math.max(0, fields.length - MAX_DKIM2_FIELDS);

/** Those without a number last. */
const order = (a = Infinity, b = Infinity) => (a === b ? 0 : a - b);

const NO_TAGS: ReadonlyMap<string, Tag> = new Map();

function readSignature(value: string): Dkim2Signature {
  const { tags, problem } = tagsOf(value);
  const tag = (name: string) => tags.get(name)?.value;
  const recipients = pathsIn(tag('rt'));
  return {
    hop: numberOf(tag('i')),
    revision: numberOf(tag('m')),
    timestamp: numberOf(tag('t')),
    domain: tag('d'),
    keys: itemsOf(tag('s')).map((item) => {
      const [selector = '', algorithm = ''] = colonList(item, 3);
      return { selector, algorithm };
    }),
    mailFrom: pathsIn(tag('mf'))[0],
    recipients: recipients.slice(0, MAX_RECIPIENTS),
    moreRecipients: Math.max(0, recipients.length - MAX_RECIPIENTS),
    nextDomain: tag('nd'),
    flags: itemsOf(tag('f')),
    problem,
  };
}

function readInstance(value: string): Dkim2Instance {
  const { tags, problem } = tagsOf(value);
  const recipe = tags.get('r')?.value;
  return {
    revision: numberOf(tags.get('m')?.value),
    recipe: recipe === undefined || recipe === '' ? undefined : readRecipe(decoded(recipe)),
    problem,
  };
}

function tagsOf(value: string): { readonly tags: ReadonlyMap<string, Tag>; readonly problem: string | undefined } {
  const list = parseTagList(value);
  return list.ok ? { tags: list.tags, problem: undefined } : { tags: NO_TAGS, problem: list.problem };
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{1,12}$/.test(text) ? Number(text) : undefined;
}

/** The items of a list with commas. */
function itemsOf(text: string | undefined): string[] {
  if (text === undefined) return [];
  const items = text.slice(0, MAX_VALUE).split(',', MAX_DKIM2_FIELDS);
  return items.map((item) => item.trim()).filter((item) => item !== '');
}

function decoded(base64: string): string | undefined {
  return base64.length > MAX_VALUE ? undefined : decodeBase64(base64)?.toString('latin1');
}

/** The envelope paths in mf= or rt=: base64 of paths in angle brackets, several with commas between them. */
function pathsIn(text: string | undefined): string[] {
  if (text === undefined || text.length > MAX_VALUE) return [];
  const parts = text.split(',').map((part) => decoded(part.trim()) ?? '');
  return [...parts.join(',').matchAll(/<([^<>]*)>/g)].map(([, path]) => path!);
}
