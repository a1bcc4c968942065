/** What large receivers ask of whoever sends much, held against a message that has been judged. */
import { checkMailHosts } from '../check/mail-hosts.ts';
import { GOOD_RSA_BITS } from '../crypto/public-key.ts';
import type { DkimVerdict } from '../dkim/verdict.ts';
import type { DmarcVerdict } from '../dmarc/evaluate.ts';
import type { Resolver } from '../dns/resolver.ts';
import type { HeaderBlock } from '../header/header-block.ts';
import type { FromField } from '../header/author.ts';
import { isDomainName } from '../syntax/domain-name.ts';
import { shown } from '../syntax/shown.ts';
import type { MessageVerdict } from '../verify-message.ts';
import { type PreflightFinding, preflightFinding } from './checks.ts';

/** @param header `undefined` where it broke a limit, so that nobody knows what is in it. @param dmarc on the same verdicts */
export async function senderFindings(
  header: HeaderBlock | undefined,
  { fromField, dkim }: MessageVerdict,
  dmarc: DmarcVerdict,
  resolver: Resolver,
): Promise<PreflightFinding[]> {
  if (header === undefined) return [...signing(dkim.signatures)];
  return [
    ...signing(dkim.signatures),
    ...alignment(dmarc),
    ...oneFrom(fromField),
    ...unsubscribing(header, dkim.signatures),
    ...(await mailHosts(fromField, resolver)),
  ];
}

function* signing(signatures: readonly DkimVerdict[]): Iterable<PreflightFinding> {
  const passing = signatures.filter(({ result }) => result === 'pass');
  const [first] = signatures;
  if (first === undefined) {
    yield preflightFinding('not-signed', 'message', [
      'there is no DKIM signature',
      'a DKIM signature by the From domain (RFC 6376 section 5)',
      'sign it: dktool sign -k KEY',
    ]);
  } else if (passing.length === 0) {
    const subject = `d=${shown(first.domain ?? '?')} s=${shown(first.selector ?? '?')}`;
    const isTemporary = first.result === 'temperror';
    yield preflightFinding(isTemporary ? 'dns-unanswered' : 'signature-refused', subject, [
      `no DKIM signature passes: ${shown(first.detail, 300)} (${first.reason})`,
      'a DKIM signature that passes (RFC 6376 section 6.1)',
      isTemporary ? 'try again later' : 'see REASONS in dktool-verify(1)',
    ]);
  }
  for (const { algorithm, keyBits, domain, selector } of passing) {
    if (keyBits === undefined || !algorithm?.startsWith('rsa') || keyBits >= GOOD_RSA_BITS) continue;
    yield preflightFinding('key-short', `d=${shown(domain ?? '?')} s=${shown(selector ?? '?')}`, [
      `the RSA key has ${keyBits} bits`,
      `${GOOD_RSA_BITS} bits or more (RFC 8301 section 3.2)`,
      `make a new key: dktool keygen ${shown(domain ?? 'DOMAIN')} -s NEW`,
    ]);
  }
}

function* alignment({ result, reason, detail, author }: DmarcVerdict): Iterable<PreflightFinding> {
  const domain = author.ok ? author.domain : 'From';
  if (result === 'temperror') {
    yield preflightFinding('dns-unanswered', domain, [detail, 'answers from DNS', 'try again later']);
  } else if (reason === 'no-record' || reason === 'record-invalid') {
    yield preflightFinding('dmarc-missing', domain, [
      reason === 'no-record' ? 'no DMARC record applies to the From domain' : detail,
      'a DMARC record, p=none at least (RFC 9989 section 4.7)',
      `publish one, such as _dmarc.${domain}. IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@${domain}"`,
    ]);
  } else if (result === 'fail') {
    yield preflightFinding('not-aligned', domain, [
      detail,
      'a DKIM signature or SPF that passes for the From domain or its organization (RFC 9989 section 4.4)',
      `sign with a key of the domain: dktool sign -d ${domain}`,
    ]);
  }
}

function* oneFrom({ count, hasHidden, mailboxes, problem }: FromField): Iterable<PreflightFinding> {
  if (count === 1 && !hasHidden && mailboxes.length === 1) return;
  const observed = problem ?? `there are ${count} From fields with ${mailboxes.length} addresses`;
  yield preflightFinding('from-not-one', 'From', [
    hasHidden ? 'another From is hidden behind a bare CR or control characters' : shown(observed, 300),
    'one From field with one address (RFC 5322 section 3.6.2)',
    'write one From with one address, and name the others in Reply-To',
  ]);
}

/** RFC 8058. */
function* unsubscribing(header: HeaderBlock, signatures: readonly DkimVerdict[]): Iterable<PreflightFinding> {
  const [list] = header.named('list-unsubscribe');
  const [post] = header.named('list-unsubscribe-post');
  if (list === undefined) {
    yield preflightFinding('unsubscribe-missing', 'List-Unsubscribe', [
      'it is missing: bulk mail without it is rejected or goes to spam',
      'List-Unsubscribe and List-Unsubscribe-Post in bulk mail (RFC 8058); other mail does not need them',
      'for bulk mail write List-Unsubscribe: <https://HOST/PATH> and List-Unsubscribe-Post: List-Unsubscribe=One-Click',
    ]);
    return;
  }
  const isOneClick =
    /<https:/i.test(header.value(list)) &&
    post !== undefined &&
    /^\s*List-Unsubscribe=One-Click\s*$/.test(header.value(post).slice(0, 200));
  if (!isOneClick) {
    yield preflightFinding('unsubscribe-not-one-click', 'List-Unsubscribe', [
      'it does not work with one click',
      'an https address, and List-Unsubscribe-Post: List-Unsubscribe=One-Click (RFC 8058 section 3.1)',
      'write both fields before the message is signed',
    ]);
    return;
  }
  const names = ['list-unsubscribe', 'list-unsubscribe-post'];
  const passing = signatures.filter(({ result }) => result === 'pass');
  const isSigned = passing.some(({ signedHeaders }) => names.every((name) => signedHeaders.includes(name)));
  if (isSigned || passing.length === 0) return;
  yield preflightFinding('unsubscribe-not-signed', 'List-Unsubscribe', [
    'no passing signature covers List-Unsubscribe and List-Unsubscribe-Post, so receivers show no button',
    'both in h= of a passing signature (RFC 8058 section 4)',
    'sign the message with both fields in it; dktool sign covers them unless --headers leaves them out',
  ]);
}

async function mailHosts({ domains }: FromField, resolver: Resolver): Promise<PreflightFinding[]> {
  const [domain] = domains;
  if (domain === undefined) return [];
  if (!isDomainName(domain)) {
    return [
      preflightFinding('from-takes-no-mail', shown(domain), [
        `${shown(domain)} in From is not a domain name, and no answer can reach it`,
        'an address whose domain takes mail (RFC 5321 section 2.3.5)',
        'correct the address in From',
      ]),
    ];
  }
  const mx = await resolver.query(domain, 'MX');
  if (mx.status === 'temperror') {
    const observed = `no answer for the MX records: ${shown(mx.detail, 300)}`;
    return [preflightFinding('dns-unanswered', domain, [observed, 'an answer from DNS', 'try again later'])];
  }
  const { findings } = await checkMailHosts(domain, resolver);
  return findings
    .filter(({ severity, code }) => severity === 'error' || code === 'null-mx')
    .slice(0, 1)
    .map(({ observed, expected, remedy }) =>
      preflightFinding('from-takes-no-mail', domain, [observed, expected, remedy]),
    );
}
