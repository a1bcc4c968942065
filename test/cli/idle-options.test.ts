/** An option that would do nothing is refused: whoever gave it expected something of it. */
import { describe, expect, it } from 'vitest';
import { runInMemory } from '../support/context.ts';

const SESSION = ['--ip', '192.0.2.1', '--helo', 'a.example', '--from', 'a@b.example'];

const CASES: readonly [readonly string[], string][] = [
  [['verify', '--ip', '192.0.2.1', 'x.eml'], '--ip goes with --spf, --dmarc or --preflight'],
  [['verify', '--trusted', '10.0.0.0/8', 'x.eml'], '--trusted goes with --spf, --ip or --at'],
  [['verify', '--spf', '--hop', '1', '--trusted', '10.0.0.0/8', 'x.eml'], '--trusted does nothing beside --hop'],
  [['verify', '--cross-check', '--keyring', 'keys', 'x.eml'], '--cross-check does nothing beside --keyring'],
  [['verify', '--cross-check', '--at', '2019-01-01', 'x.eml'], '--cross-check does nothing beside --at'],
  [['verify', '--zone', 'z', '--nameserver', '192.0.2.53', 'x.eml'], '--nameserver does nothing beside --zone'],
  [['verify', '--key-record', 'a._domainkey.b=x', '--tcp', 'x.eml'], '--tcp does nothing beside --key-record'],
  [['verify', '--json', '--color', 'always', 'x.eml'], '--color does nothing beside --json'],
  [['verify', '--compat', 'dktest', '--spf', 'x.eml'], '--spf does nothing beside --compat'],
  [
    ['verify', '--dmarc', '--fail-on', 'dmarc', '--auth-results', 'mx.example.org', 'x.eml'],
    '--fail-on does nothing beside --auth-results',
  ],
  [['verify', '-r'], '-r needs a directory, and none is named'],
  [['verify', '-0', 'x.eml'], '-0 goes with --files-from'],
  [['verify', '--exit-verdict', 'x.eml'], '--exit-verdict goes with --auth-results'],
  [['sign', '-k', 'x', '--dkim'], '--dkim goes with --domainkeys'],
  [['sign', '-k', 'x', '--legacy'], '--legacy goes with --domainkeys or --check-dns'],
  [['sign', '-k', 'x', '--zone', 'z'], '--zone goes with --check-dns'],
  [['sign', '-k', 'x', '--canon', 'nofws'], '--canon goes with --domainkeys'],
  [['spf-check', '--networks', ...SESSION], '--networks goes with --lint'],
  [['spf-check', '--exit-verdict', 'x.eml'], '--exit-verdict goes with --annotate'],
  [['spf-check', '--lint', 'b.example', '--ip', '192.0.2.1'], '--ip does nothing beside --lint'],
  [['spf-check', '--lint', 'b.example', 'x.eml'], '--lint judges a policy, and no message: x.eml does nothing'],
  [['spf-check', '--batch', '--annotate'], '--annotate does nothing beside --batch'],
  [['spf-check', '--received-spf', '--json', 'x.eml'], '--json does nothing beside --received-spf'],
  [['spf-check', '--compat', 'spfquery', '--json', 'a', 'b', 'c'], '--json does nothing beside --compat'],
  [['spf-check', '--hop', '1', ...SESSION], '--hop is about the Received fields of a message, and none is named'],
  [['adsp-check', '--json', '--auth-results', 'mx.example.org', 'x.eml'], '--json does nothing beside --auth-results'],
  [['adsp-check', '--legacy', 'b.example'], '--legacy is about the signatures of messages, and only domains are named'],
  [['keygen', 'b.example', '-s', 'x', '--passphrase-file', 'p'], '--passphrase-file goes with --convert or --encrypt'],
  [['keygen', 'b.example', '-s', 'x', '--force-weak'], '--force-weak goes with --bits'],
  [
    ['dns-record', 'b.example', '-k', 'x', '--timeout', '3'],
    '--timeout goes with --published, --check, --all-ns, --wait or --spf',
  ],
  [['dns-record', 'b.example', '-k', 'x', '--json', '--format', 'raw'], '--json does nothing beside --format'],
  [['check', 'b.example', '--state', 'x'], '--state goes with --patience or --changed'],
  [['check', 'b.example', '--zone', 'z', '--tries', '2'], '--tries does nothing beside --zone'],
];

describe('an option that would do nothing', () => {
  it.each(CASES)('%j is refused: %s', async (args, sentence) => {
    const { status, stdout, stderr } = await runInMemory(args);
    const [first] = stderr.split('\n');
    expect({ status, stdout, first }).toEqual({ status: 100, stdout: '', first: `dktool: ${sentence}` });
  });
});
