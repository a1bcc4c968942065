import type { CommandEntry } from './command.ts';

/** In the order in which help lists them. */
export const COMMANDS: readonly CommandEntry[] = [
  { name: 'keygen', load: async () => (await import('./keygen/command.ts')).keygen },
  { name: 'sign', load: async () => (await import('./sign/command.ts')).sign },
  { name: 'verify', load: async () => (await import('./verify/command.ts')).verify },
  { name: 'dns-record', load: async () => (await import('./dns-record/command.ts')).dnsRecord },
  { name: 'spf-check', load: async () => (await import('./spf-check/command.ts')).spfCheck },
  { name: 'adsp-check', load: async () => (await import('./adsp-check/command.ts')).adspCheck },
  { name: 'dmarc-check', load: async () => (await import('./dmarc-check/command.ts')).dmarcCheck },
  { name: 'rotate', load: async () => (await import('./rotate/command.ts')).rotate },
  { name: 'report', load: async () => (await import('./report/command.ts')).report },
  { name: 'keyring', load: async () => (await import('./keyring/command.ts')).keyring },
  { name: 'serve', load: async () => (await import('./serve/command.ts')).serve },
  { name: 'check', load: async () => (await import('./check/command.ts')).check },
  { name: 'explain', load: async () => (await import('./explain/command.ts')).explain },
  { name: 'config', load: async () => (await import('./config/command.ts')).config },
  { name: 'completion', load: async () => (await import('./completion/command.ts')).completion, needsAll: true },
  { name: 'help', load: async () => (await import('./help/command.ts')).help, needsAll: true },
];
