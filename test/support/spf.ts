/** For the SPF tests: zones in a line, checks in a line, and the real program. */
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Resolver } from '../../src/lib/dns/resolver.ts';
import { zoneResolver } from '../../src/lib/dns/zones/zone.ts';
import { parseZone } from '../../src/lib/dns/zones/file.ts';
import { evaluateSpf, type SpfOptions } from '../../src/lib/spf/evaluate.ts';
import type { SpfVerdict } from '../../src/lib/spf/verdict.ts';

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

export interface ProgramRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

const BIN = fileURLToPath(new URL('../../bin/dktool.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'dktool-spf-'));
let files = 0;

/** A file for a test; gone with the temporary folder of the machine. */
export function testFile(content: string | Uint8Array): string {
  const path = join(folder, `file-${files++}`);
  writeFileSync(path, content);
  return path;
}

/** Run the built program, with nothing of our own environment but PATH. */
export function dktool(
  args: readonly string[],
  { stdin = '', env = {} }: { stdin?: string | Uint8Array; env?: Record<string, string> } = {},
): Promise<ProgramRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BIN, ...args], { env: { PATH: process.env['PATH'], ...env } });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.stdin.on('error', () => {}); // the program may end before it has read everything
    child.on('close', (status) => {
      resolve({ stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8'), status });
    });
    child.stdin.end(stdin);
  });
}
