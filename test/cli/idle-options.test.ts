/** An option that would do nothing is refused: whoever gave it expected something of it. */
import { describe, expect, it } from 'vitest';
import { runInMemory } from '../support/context.ts';

const SESSION = ['--ip', '192.0.2.1', '--helo', 'a.example', '--from', 'a@b.example'];

const CASES: readonly [readonly string[], string][] = [
  [['verify', '--ip', '192.0.2.1', 'x.eml'], '--ip needs --spf, --dmarc or --preflight'],
  [['verify', '--trusted', '10.0.0.0/8', 'x.eml'], '--trusted needs --spf, --ip or --at'],
  [['verify', '--spf', '--hop', '1', '--trusted', '10.0.0.0/8', 'x.eml'], '--trusted has no effect with --hop'],
  [['verify', '--cross-check', '--keyring', 'keys', 'x.eml'], '--cross-check has no effect with --keyring'],
  [['verify', '--cross-check', '--at', '2019-01-01', 'x.eml'], '--cross-check has no effect with --at'],
  [['verify', '--zone', 'z', '--nameserver', '192.0.2.53', 'x.eml'], '--nameserver has no effect with --zone'],
  [['verify', '--key-record', 'a._domainkey.b=x', '--tcp', 'x.eml'], '--tcp has no effect with --key-record'],
  [['verify', '--json', '--color', 'always', 'x.eml'], '--color has no effect with --json'],
  [['verify', '--compat', 'dktest', '--spf', 'x.eml'], '--spf has no effect with --compat'],
  [
    ['verify', '--dmarc', '--fail-on', 'dmarc', '--auth-results', 'mx.example.org', 'x.eml'],
    '--fail-on has no effect with --auth-results',
  ],
  [['verify', '-r'], '-r needs a directory, and none is named'],
  [['verify', '-0', 'x.eml'], '-0 needs --files-from'],
  [['verify', '--exit-verdict', 'x.eml'], '--exit-verdict needs --auth-results'],
  [['sign', '-k', 'x', '--dkim'], '--dkim needs --domainkeys'],
  [['sign', '-k', 'x', '--legacy'], '--legacy needs --domainkeys or --check-dns'],
  [['sign', '-k', 'x', '--zone', 'z'], '--zone needs --check-dns'],
  [['sign', '-k', 'x', '--canon', 'nofws'], '--canon needs --domainkeys'],
  [['spf-check', '--networks', ...SESSION], '--networks needs --lint'],
  [['spf-check', '--exit-verdict', 'x.eml'], '--exit-verdict needs --annotate'],
  [['spf-check', '--lint', 'b.example', '--ip', '192.0.2.1'], '--ip has no effect with --lint'],
  [['spf-check', '--lint', 'b.example', 'x.eml'], '--lint checks a policy, not messages: x.eml has no effect'],
  [['spf-check', '--batch', '--annotate'], '--annotate has no effect with --batch'],
  [['spf-check', '--received-spf', '--json', 'x.eml'], '--json has no effect with --received-spf'],
  [['spf-check', '--compat', 'spfquery', '--json', 'a', 'b', 'c'], '--json has no effect with --compat'],
  [
    ['spf-check', '--hop', '1', ...SESSION],
    '--hop applies to the Received fields of a message, but no message is given',
  ],
  [['adsp-check', '--json', '--auth-results', 'mx.example.org', 'x.eml'], '--json has no effect with --auth-results'],
  [
    ['adsp-check', '--legacy', 'b.example'],
    '--legacy applies to the signatures of messages, but only domains are given',
  ],
  [['keygen', 'b.example', '-s', 'x', '--passphrase-file', 'p'], '--passphrase-file needs --convert or --encrypt'],
  [['keygen', 'b.example', '-s', 'x', '--force-weak'], '--force-weak needs --bits'],
  [
    ['dns-record', 'b.example', '-k', 'x', '--timeout', '3'],
    '--timeout needs --published, --check, --all-ns, --wait or --spf',
  ],
  [['dns-record', 'b.example', '-k', 'x', '--json', '--format', 'raw'], '--json has no effect with --format'],
  [['check', 'b.example', '--state', 'x'], '--state needs --patience or --changed'],
  [['check', 'b.example', '--zone', 'z', '--tries', '2'], '--tries has no effect with --zone'],
];

describe('an option that would do nothing', () => {
  it.each(CASES)('%j is refused: %s', async (args, sentence) => {
    const { status, stdout, stderr } = await runInMemory(args);
    const [first] = stderr.split('\n');
    expect({ status, stdout, first }).toEqual({ status: 100, stdout: '', first: `dktool: ${sentence}` });
  });
});
