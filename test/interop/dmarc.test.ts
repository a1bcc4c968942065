/**
 * Ours and OpenDMARC, which follows RFC 7489: they agree wherever the records are at the author domain and right below the public
 * suffix, which is where both look.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { DmarcVerdict, SpfIdentifier } from '../../src/lib/dmarc/evaluate.ts';
import { judgeDmarc } from '../../src/lib/dmarc/judge.ts';
import { fromField } from '../../src/lib/header/author.ts';
import { HeaderBlock } from '../../src/lib/header/header-block.ts';
import type { ResultWord } from '../../src/lib/verdict.ts';
import { temporaryFolder } from '../support/bin.ts';
import { txtResolver } from '../support/domainkeys.ts';
import { leaveOut } from '../support/peers.ts';

const SUFFIXES = 'com\nnet\nuk\nco.uk\n';

interface Case {
  readonly author: string;
  /** TXT at each name. */
  readonly records: Readonly<Record<string, string>>;
  readonly dkim: readonly (readonly [domain: string, result: ResultWord])[];
  readonly spf: readonly [domain: string, result: SpfIdentifier['result'], identity: SpfIdentifier['identity']] | null;
}

function ours({ author, records, dkim, spf }: Case): string {
  const from = fromField(new HeaderBlock(Buffer.from(`From: x@${author}\n`)));
  const signatures = dkim.map(([domain, result]) => ({ domain, result, selector: 's' }));
  const host = spf === null ? undefined : { domain: spf[0], result: spf[1], identity: spf[2] };
  const verdict = judgeDmarc({ from, dkim: signatures, spf: host }, txtResolver(records)) as DmarcVerdict;
  if (verdict.result === 'fail') return verdict.applied!;
  return verdict.result === 'pass' ? 'pass' : 'absent';
}

const record = (text: string) => ({ '_dmarc.example.co.uk': text });

function* cases(): Generator<Case> {
  const domains = [undefined, 'example.com', 'mail.example.com', 'a.mail.example.com', 'example.net', 'badexample.com'];
  const places = ['example.com', 'mail.example.com'];
  for (const author of places) {
    for (const at of author === 'example.com' ? ['example.com'] : places) {
      for (const tags of ['', '; adkim=s', '; aspf=s', '; adkim=s; aspf=s; sp=none', '; sp=quarantine']) {
        for (const signer of domains) {
          for (const sender of domains) {
            // A domain with a record of its own has one above it too, as its owner would have it.
            const records = {
              '_dmarc.example.com': `v=DMARC1; p=reject${tags}`,
              [`_dmarc.${at}`]: `v=DMARC1; p=reject${tags}`,
            };
            const dkim = signer === undefined ? [] : [[signer, 'pass'] as const];
            yield { author, records, dkim, spf: sender === undefined ? null : [sender, 'pass', 'mailfrom'] };
          }
        }
      }
    }
  }
  const [author, domain] = ['example.co.uk', 'mail.example.co.uk'];
  for (const policy of ['none', 'quarantine', 'reject']) {
    const records = record(`v=DMARC1; p=${policy}`);
    for (const result of ['fail', 'policy', 'permerror', 'neutral'] as const) {
      yield { author, records, dkim: [[domain, result]], spf: null };
    }
    for (const result of ['fail', 'softfail', 'neutral', 'none', 'permerror'] as const) {
      yield { author, records, dkim: [], spf: [domain, result, 'mailfrom'] };
    }
    yield { author, records, dkim: [], spf: [domain, 'pass', 'helo'] };
    yield { author, records, dkim: [['other.co.uk', 'pass']], spf: ['third.co.uk', 'pass', 'mailfrom'] };
    yield {
      author,
      records,
      dkim: [
        ['other.net', 'pass'],
        [domain, 'pass'],
      ],
      spf: null,
    };
  }
  for (const text of ['v=DMARC2; p=reject', 'v=spf1 -all', 'v=DMARC1; p=reject; pct=0; x=y; rua=mailto:a@b.net']) {
    yield { author, records: record(text), dkim: [], spf: null };
  }
  yield { author, records: {}, dkim: [[author, 'pass']], spf: null };
}

/**
 * OpenDMARC takes a subdomain for the domain itself where alignment is strict (against RFC 7489 section 3.1). It also takes a
 * public suffix for aligned, and a record without v= for one: there are no such cases above.
 */
function meetsFault({ author, records, dkim, spf }: Case): boolean {
  const tags = Object.values(records).join(' ');
  const isBelow = (domain: string | undefined) => domain?.endsWith(`.${author}`) === true;
  return (
    (/adkim=s/.test(tags) && dkim.some(([domain]) => isBelow(domain))) || (/aspf=s/.test(tags) && isBelow(spf?.[0]))
  );
}

it('agrees with OpenDMARC where RFC 7489 and RFC 9989 look at the same names', ({ skip }) => {
  const suffixes = join(temporaryFolder(), 'suffixes');
  writeFileSync(suffixes, SUFFIXES);
  const peer = fileURLToPath(new URL('../peers/opendmarc.py', import.meta.url));
  const all = [...cases()].filter((one) => !meetsFault(one));
  const input = all.map((one) => `${JSON.stringify(one)}\n`).join('');
  const run = spawnSync('python3', [peer, suffixes], { input, encoding: 'utf8' });
  if (run.status !== 0 && /libopendmarc/.test(run.stderr)) {
    leaveOut('libopendmarc is not installed (Debian package libopendmarc2)', skip);
  }
  expect([run.status, run.stderr]).toEqual([0, '']);
  const theirs = run.stdout.trim().split('\n');
  expect(theirs).toHaveLength(all.length);
  expect(all.length).toBeGreaterThan(400);
  const differ = all.filter((one, i) => ours(one) !== theirs[i]);
  expect(differ.map((one) => `${JSON.stringify(one)}: ours ${ours(one)}, theirs ${theirs[all.indexOf(one)]}`)).toEqual(
    [],
  );
});
