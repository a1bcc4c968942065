import type { CommandEntry } from './command.ts';

/** In the order in which help lists them. */
export const COMMANDS: readonly CommandEntry[] = [
  { name: 'keygen', load: async () => (await import('./keygen.ts')).keygen },
  { name: 'sign', load: async () => (await import('./sign.ts')).sign },
  { name: 'verify', load: async () => (await import('./verify.ts')).verify },
  { name: 'dns-record', load: async () => (await import('./dns-record.ts')).dnsRecord },
  { name: 'spf-check', load: async () => (await import('./spf-check.ts')).spfCheck },
  { name: 'adsp-check', load: async () => (await import('./adsp-check.ts')).adspCheck },
  { name: 'dmarc-check', load: async () => (await import('./dmarc-check/command.ts')).dmarcCheck },
  { name: 'check', load: async () => (await import('./check.ts')).check },
];
