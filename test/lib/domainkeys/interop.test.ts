/** DomainKeys signatures go back and forth between dktool and Mail::DKIM, the last other program that knows them. */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyMessage } from '../../../src/lib/verify-message.ts';
import { runProgram, temporaryFolder } from '../../support/bin.ts';
import { dkSigned, recordOf, txtResolver } from '../../support/domainkeys.ts';
import { needProgram } from '../../support/peers.ts';

const MESSAGES: Readonly<Record<string, string>> = {
  folded:
    'Received: by a\n\tid 1\nFrom: "Joe (x), Y" <joe@example.com>\nSubject:  a   b\n c\nTo: x@y.example\n\nhi  there \n\tx\n',
  repeated: 'Received: one\nReceived: two\nFrom: joe@example.com\nReceived: three\n\n\n\nbody\n\n\n',
  empty: 'From: joe@example.com\nSubject: nothing\n\n',
  headers: 'From: joe@example.com\nSubject: no separator\n',
  sender: 'From: mary@other.example\nSender: joe@example.com\nSubject: \u00c3\u00a9\u00ff\n\n8-bit \u00e9\n. dot\n..\n',
};

const peer = (name: string) => join(import.meta.dirname, '../../peers', name);

async function needMailDkim(skip: (reason: string) => never): Promise<string> {
  const perl = needProgram('perl', 'perl', skip);
  const { status } = await runProgram(perl, ['-MMail::DKIM', '-e', '1']);
  return status === 0 ? perl : skip('Mail::DKIM is not installed (Debian package libmail-dkim-perl)');
}

const CANONS = ['simple', 'nofws'] as const;
const LINE_ENDS = ['\n', '\r\n'] as const;
const withLineEnd = (message: string, lineEnd: string) => message.replaceAll('\n', lineEnd);

describe.each([512, 768, 1024, 2048, 4096])('with a key of %i bits', (modulusLength) => {
  it('ours pass at Mail::DKIM', async ({ skip }) => {
    const perl = await needMailDkim(skip);
    const cwd = temporaryFolder();
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength });
    const files: string[] = [];
    for (const [name, message] of Object.entries(MESSAGES)) {
      for (const canonicalization of CANONS) {
        for (const lineEnd of LINE_ENDS) {
          for (const signedHeaders of ['none', 'all', 'unique'] as const) {
            const file = [name, canonicalization, lineEnd === '\n' ? 'lf' : 'crlf', signedHeaders].join('-');
            const options = { canonicalization, signedHeaders, privateKey };
            const signed = await dkSigned(withLineEnd(message, lineEnd), options);
            writeFileSync(join(cwd, file), signed, 'latin1');
            files.push(file);
          }
        }
      }
    }
    const env = { KEY_RECORD: recordOf(privateKey) };
    const { stdout, stderr } = await runProgram(perl, [peer('mail-dkim-verify.pl'), ...files], { cwd, env });
    expect({ lines: stdout.trim().split('\n'), stderr }).toEqual({
      lines: files.map((file) => `${file}: pass`),
      stderr: '',
    });
  }, 30_000);

  it("Mail::DKIM's pass at ours", async ({ skip }) => {
    const perl = await needMailDkim(skip);
    const cwd = temporaryFolder();
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength });
    writeFileSync(join(cwd, 'key'), privateKey.export({ type: 'pkcs1', format: 'pem' }));
    for (const [name, message] of Object.entries(MESSAGES)) {
      writeFileSync(join(cwd, name), withLineEnd(message, '\r\n'), 'latin1');
    }
    const resolver = txtResolver({ 'key._domainkey.example.com': recordOf(privateKey) });
    for (const canon of CANONS) {
      const names = Object.keys(MESSAGES);
      const args = [peer('mail-dkim-domainkeys.pl'), canon, 'example.com', 'key', 'key', ...names];
      expect(await runProgram(perl, args, { cwd })).toEqual({ status: 0, stdout: '', stderr: '' });
      for (const name of names) {
        const signed = readFileSync(join(cwd, `${name}.signed`), 'latin1').replaceAll('\r\n', '\n');
        for (const lineEnd of LINE_ENDS) {
          const message = Buffer.from(withLineEnd(signed, lineEnd), 'latin1');
          const { domainkeys } = await verifyMessage(message, { now: 0, legacy: true, resolver });
          expect([canon, name, lineEnd, domainkeys.result]).toEqual([canon, name, lineEnd, 'pass']);
        }
      }
    }
  }, 30_000);
});
