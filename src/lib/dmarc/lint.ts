/** What is wrong with the DMARC of a domain, and what to do about it: for whoever publishes it. */
import type { Resolver } from '../dns/resolver.ts';
import { dmarcName, type PolicyDiscovery } from './discover.ts';
import type { DmarcFaultCode, DmarcFinding } from './lint-finding.ts';
import { placeFindings } from './place-findings.ts';
import { DMARC_PROBLEM_CODES, dmarcRecordFindings } from './record-findings.ts';

/** Every code but those of notes and `no-answer`. */
export const DMARC_FAULT_CODES: readonly DmarcFaultCode[] = [
  ...DMARC_PROBLEM_CODES.filter((code) => code !== 'no-enforcement' && code !== 'no-reports'),
  'quotes-in-record',
  'smart-quotes-in-record',
  'backslashes-in-record',
  'commas-in-record',
  'missing',
  'name-wrong',
  'several',
  'report-unauthorized',
  'answer-too-long',
  'suffix-failure-reports',
];

/**
 * All that is wrong with what applies to a domain; asks DNS whether other domains take its reports (RFC 9990 section 4). The record of its Organizational Domain is looked into too, that of a
 * public suffix is not: it belongs to others.
 */
export async function lintDmarc(discovery: PolicyDiscovery, resolver: Resolver): Promise<DmarcFinding[]> {
  const { found } = discovery;
  return [
    ...(await placeFindings(discovery, resolver)),
    ...(found === undefined || found.source === 'psd' ? [] : await dmarcRecordFindings(found, resolver)),
    ...olderReceiverFindings(discovery),
  ];
}

/** Where receivers that still follow RFC 7489, with its list of public suffixes, may come to another policy. */
function olderReceiverFindings({ domain, found }: PolicyDiscovery): DmarcFinding[] {
  if (found === undefined || found.source === 'domain') return [];
  const isSuffix = found.source === 'psd' || !found.domain.includes('.');
  if (!isSuffix && found.domain.split('.').length === 2) return [];
  return [
    {
      severity: 'note',
      code: 'older-receivers',
      subject: found.name,
      observed: isSuffix
        ? `this is the record of a public suffix, where receivers that follow RFC 7489 do not look`
        : `receivers that follow RFC 7489 look at ${domain} and at the domain right below the public suffix, and find this record only if ${found.domain} is that domain`,
      expected: 'one policy for old and new receivers',
      remedy: `if that matters, publish a record at ${dmarcName(domain)} too`,
    },
  ];
}
