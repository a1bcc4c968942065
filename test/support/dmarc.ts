/** The tables of DMARC cases in test/vectors, and the DNS that their rows describe. */
import { readFileSync } from 'node:fs';
import type { Resolver } from '../../src/lib/dns/resolver.ts';
import { type Records, txtResolver } from './domainkeys.ts';
import { vectorPath } from './vectors.ts';

/** The rows of a table, each with its columns. */
export function tableRows(name: string): string[][] {
  const lines = readFileSync(vectorPath(name), 'utf8').split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(' | '));
}

/** @param records as the head of dmarc-walks.txt describes them */
export function dmarcRecords(records: string): Records {
  const zone: Record<string, string | readonly string[]> = {};
  for (const [, existing, name, texts, trouble] of records.matchAll(
    /exists:(\S+)|([^\s{!]+)(?:((?:\{[^}]*\})+)|(!))/g,
  )) {
    if (existing !== undefined) zone[existing] = 'v=none';
    else if (trouble === undefined)
      zone[`_dmarc.${name}`] = [...texts!.matchAll(/\{([^}]*)\}/g)].map(([, text]) => text!);
    else zone[`_dmarc.${name}`] = 'SERVFAIL';
  }
  return zone;
}

export function dmarcResolver(records: string): Resolver & { readonly asked: string[] } {
  return txtResolver(dmarcRecords(records));
}
