/** What a finding says to do runs as it is pasted, and helps. */
import { describe, expect, it } from 'vitest';
import { BROKEN_DOMAINS } from '../support/broken-domains.ts';
import { BROKEN_RECORDS, zoneFile } from '../support/broken-records.ts';
import { CheckSite, KEY_NAME } from '../support/check-site.ts';
import { runInMemory } from '../support/context.ts';
import { paste, printedRemedies } from '../support/remedies.ts';
import { DOMAIN } from '../support/vectors.ts';

/** Put right by their commands alone. */
const CURED = [
  'key-missing',
  'key-not-file',
  'key-encrypted',
  'key-invalid',
  'key-exposed',
  'key-group-writable',
  'key-folder-writable',
];

/** The passphrase that is asked for. */
const TYPED: Readonly<Record<string, string>> = { 'key-encrypted': 'x\n' };

const printed = async (site: CheckSite) => (await runInMemory(site.commandLine('--severity', 'note'))).stdout;

async function pasteAll(site: CheckSite): Promise<string[]> {
  const remedies = printedRemedies(await printed(site));
  for (const { code, commands } of remedies) for (const command of commands) paste(command, site.folder, TYPED[code]);
  return remedies.flatMap(({ code, commands }) => (commands.length === 0 ? [] : [code]));
}

describe('the commands of remedies', () => {
  const pasted = new Set<string>();

  it.each(BROKEN_DOMAINS)('of $code, $severity: $what', async ({ code, spoil }) => {
    const site = new CheckSite();
    spoil(site);
    for (const one of await pasteAll(site)) pasted.add(one);
    if (CURED.includes(code)) expect(await printed(site)).not.toContain(`[${code}]`);
  });

  it.each(BROKEN_RECORDS)('of $code of a record: $what', async ({ key = 'rsa2048', zone }) => {
    const site = new CheckSite();
    site.putKey(key);
    delete site.zone[KEY_NAME];
    const hasWildcard = Object.keys(zone).some((name) => name.startsWith('*'));
    if (hasWildcard) site.args = [...site.args, '--zone', site.write('wildcard.zone', zoneFile(zone))];
    else Object.assign(site.zone, structuredClone({ ...zone, [DOMAIN]: site.zone[DOMAIN] }));
    for (const one of await pasteAll(site)) pasted.add(one);
  });

  it('were there for all findings that a command can put right', () => {
    const expected = [
      ...CURED,
      'key-unreadable',
      'key-weak',
      'key-old',
      'no-key',
      'key-differs',
      'old-selector-published',
    ];
    expect([...pasted]).toEqual(expect.arrayContaining(expected));
  });
});
