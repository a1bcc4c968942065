/** For the SPF tests: zones in a line, checks in a line, and the command. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Resolver } from '../../src/lib/dns/resolver.ts';
import { zoneResolver } from '../../src/lib/dns/zones/zone.ts';
import { parseZone } from '../../src/lib/dns/zones/file.ts';
import { evaluateSpf, type SpfOptions } from '../../src/lib/spf/evaluate.ts';
import type { SpfVerdict } from '../../src/lib/spf/verdict.ts';
import { type Run, runDktool } from './bin.ts';

/** Zone JSON as of --zone; a bare string is the TXT record of the name. */
export type TestZone = Readonly<Record<string, string | Readonly<Record<string, unknown>>>>;

export function zoneJson(zone: TestZone): string {
  const full = Object.entries(zone).map(([name, value]) => [
    name,
    typeof value === 'string' ? { TXT: [value] } : value,
  ]);
  return JSON.stringify(Object.fromEntries(full));
}

export function testResolver(zone: TestZone): Resolver {
  return zoneResolver([parseZone('test', Buffer.from(zoneJson(zone)))]);
}

/** A resolver that keeps a list of what it was asked. */
export function recording(resolver: Resolver): Resolver & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    query: (name, type) => {
      asked.push(`${type} ${name}`);
      return resolver.query(name, type);
    },
  };
}

export interface TestSession {
  readonly ip?: string;
  readonly helo?: string;
  readonly sender?: string;
}

/** Check user@example.com from 192.0.2.1 unless told otherwise. */
export function checkSpf(
  zone: TestZone,
  session: TestSession = {},
  options: Partial<SpfOptions> = {},
): Promise<SpfVerdict> {
  const { ip = '192.0.2.1', helo = 'mail.example.org', sender = 'user@example.com' } = session;
  return evaluateSpf({ ip, helo, sender }, { resolver: testResolver(zone), now: () => 1_700_000_000.5, ...options });
}

const folder = mkdtempSync(join(tmpdir(), 'dktool-spf-'));
let files = 0;

/** A file for a test; gone with the temporary folder of the machine. */
export function testFile(content: string | Uint8Array): string {
  const path = join(folder, `file-${files++}`);
  writeFileSync(path, content);
  return path;
}

const utf8 = (text: string) => Buffer.from(text, 'latin1').toString('utf8');

/** Run dktool in this process; its output is UTF-8. */
export async function dktool(
  args: readonly string[],
  { stdin = '', env = {} }: { stdin?: string | Uint8Array; env?: Record<string, string> } = {},
): Promise<Run> {
  const { status, stdout, stderr } = await runDktool(args, { input: stdin, env });
  return { status, stdout: utf8(stdout), stderr: utf8(stderr) };
}
