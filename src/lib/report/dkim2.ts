/** The JSON shape of what the DKIM2 fields of a message say. `null` stands where nothing is known. */
import type { Dkim2Chain, Dkim2Instance, Dkim2Signature } from '../dkim2/chain.ts';
import type { Dkim2Recipe } from '../dkim2/recipe.ts';
import { textOf } from './text.ts';

/** One DKIM2-Signature. */
export interface Dkim2SignatureReport {
  /** i=, from 1. */
  readonly hop: number | null;
  /** m=, the Message-Instance that it covers. */
  readonly revision: number | null;
  readonly timestamp: number | null;
  readonly domain: string | null;
  readonly keys: readonly { readonly selector: string; readonly algorithm: string }[];
  /** Without angle brackets; empty is the null sender. */
  readonly mailFrom: string | null;
  readonly recipients: readonly string[];
  /** Recipients that are not listed. */
  readonly moreRecipients: number;
  /** nd=, the domain that the message was handed to. */
  readonly nextDomain: string | null;
  readonly flags: readonly string[];
  /** Why the field cannot be read. */
  readonly problem: string | null;
}

/** One Message-Instance. */
export interface Dkim2InstanceReport {
  readonly revision: number | null;
  /** How the instance before is got back; `null` where nothing is said of that. */
  readonly recipe: {
    /** Header fields that are rebuilt. */
    readonly headers: readonly string[];
    /** Body lines that are kept and that are put back; `null`: the body was not changed. */
    readonly body: Dkim2Recipe['body'] | null;
    readonly problem: string | null;
  } | null;
  readonly problem: string | null;
}

/** `dkim2` of `verify --json`. */
export interface Dkim2Report {
  /** Always: DKIM2 is a draft. */
  readonly judged: false;
  readonly detail: string;
  /** Oldest first. */
  readonly signatures: readonly Dkim2SignatureReport[];
  /** Oldest first. */
  readonly instances: readonly Dkim2InstanceReport[];
}

const count = (some: readonly unknown[], name: string) => `${some.length} ${name}${some.length === 1 ? '' : 's'}`;

/** DKIM2 fields as `verify --json` has them. */
export function dkim2Report({ signatures, instances, unread }: Dkim2Chain): Dkim2Report {
  const beyond = unread === 0 ? '' : `, and ${unread} more that were not read`;
  const fields = `${count(signatures, 'DKIM2-Signature')} and ${count(instances, 'Message-Instance')}${beyond}`;
  return {
    judged: false,
    detail: `${fields}; DKIM2 is still a draft, so they were not verified`,
    signatures: signatures.map(signatureReport),
    instances: instances.map(instanceReport),
  };
}

function signatureReport({ hop, revision, timestamp, ...signature }: Dkim2Signature): Dkim2SignatureReport {
  return {
    hop: hop ?? null,
    revision: revision ?? null,
    timestamp: timestamp ?? null,
    domain: textOf(signature.domain),
    keys: signature.keys.map(({ selector, algorithm }) => ({
      selector: textOf(selector),
      algorithm: textOf(algorithm),
    })),
    mailFrom: textOf(signature.mailFrom),
    recipients: signature.recipients.map((path) => textOf(path)),
    moreRecipients: signature.moreRecipients,
    nextDomain: textOf(signature.nextDomain),
    flags: signature.flags.map((flag) => textOf(flag)),
    problem: textOf(signature.problem),
  };
}

function instanceReport({ revision, recipe, problem }: Dkim2Instance): Dkim2InstanceReport {
  return {
    revision: revision ?? null,
    recipe:
      recipe === undefined
        ? null
        : {
            headers: recipe.headers.map((name) => textOf(name)),
            body: recipe.body ?? null,
            problem: recipe.problem ?? null,
          },
    problem: textOf(problem),
  };
}
