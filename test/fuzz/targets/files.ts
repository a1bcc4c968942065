/** Files of the host: keys, and the configuration of dktool and others. */
import { formatKey, KEY_FORMATS } from '../../../src/lib/crypto/key-format.ts';
import { formatPem } from '../../../src/lib/crypto/pem.ts';
import { readPrivateKey } from '../../../src/lib/crypto/private-key.ts';
import { readPublicKey } from '../../../src/lib/crypto/public-key-file.ts';
import { readRecordSource } from '../../../src/lib/keys/record-source.ts';
import { parseOpendkimConfig } from '../../../src/lib/opendkim/config.ts';
import { parseDataSet } from '../../../src/lib/opendkim/data-set.ts';
import { keyOfConfig, namesPath, withConfigSwitched, withKeySwitched } from '../../../src/lib/opendkim/edit.ts';
import { parseKeyTable } from '../../../src/lib/opendkim/key-table.ts';
import { parseSigningTable } from '../../../src/lib/opendkim/signing-table.ts';
import { parseDksign } from '../../../src/lib/qmail/dksign.ts';
import { parseDkverify } from '../../../src/lib/qmail/dkverify.ts';
import { parseDomainList } from '../../../src/lib/qmail/domain-lists.ts';
import { programKind } from '../../../src/lib/qmail/program-file.ts';
import { parseRotationState } from '../../../src/lib/rotate/state.ts';
import { mergeUcl, parseUcl } from '../../../src/lib/rspamd/ucl.ts';
import { parseRspamdMap, readRspamdSigning } from '../../../src/lib/rspamd/dkim-signing.ts';
import { RFC6376_RSA, RFC6376_RSA_PUBLIC, RFC8463_SEED } from '../../support/keys.ts';
import { keyRecord, privateKey } from '../../support/vectors.ts';
import { expectSame, expectThat, resultOrError, type Target } from '../target.ts';

const rsa = Buffer.from(RFC6376_RSA, 'base64');
const ed25519 = privateKey('ed25519').export({ format: 'der', type: 'pkcs8' });
const shut = privateKey('ed25519').export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' });
const old = privateKey('rsa1024').export({ format: 'pem', type: 'pkcs1', cipher: 'aes-128-cbc', passphrase: 'x' });

const askX = () => Promise.resolve(Buffer.from('x'));

const keyFile: Target = {
  kind: 'key-file',
  examples: [
    rsa.toString('latin1'),
    ed25519.toString('latin1'),
    formatPem('RSA PRIVATE KEY', rsa),
    formatPem('PRIVATE KEY', ed25519),
    formatPem('PUBLIC KEY', Buffer.from(RFC6376_RSA_PUBLIC, 'base64')),
    RFC6376_RSA,
    RFC8463_SEED,
    Buffer.from(RFC8463_SEED, 'base64').toString('latin1'),
    String(shut),
    String(old),
    keyRecord('ed25519'),
    `s._domainkey.example.com. IN TXT "${keyRecord('ed25519')}"\n`,
  ],
  words: [
    '-----BEGIN ',
    '-----END ',
    'RSA PRIVATE KEY-----\n',
    'ENCRYPTED PRIVATE KEY-----',
    'Proc-Type: 4,ENCRYPTED\n',
    '\x30\x82',
    '\x02\x01\x00',
    '\x04\x22\x04\x20',
    '\x02\x84',
    '\x30\x80',
    '\xef\xbb\xbf',
  ],
  async run(input) {
    const key = await resultOrError(() => readPrivateKey(input, { passphrase: askX }));
    if ('key' in key) {
      for (const format of KEY_FORMATS.filter((one) => !one.startsWith('spki'))) {
        const bytes = await resultOrError(() => formatKey(key, format));
        if (!Buffer.isBuffer(bytes)) continue;
        const { publicKeyBytes } = await readPrivateKey(bytes);
        expectThat(`${format} is another key`, publicKeyBytes.equals(key.publicKeyBytes));
      }
    }
    await resultOrError(() => readPublicKey(input));
    await resultOrError(() => readRecordSource(input, {}));
  },
};

const resolve = (path: string) => path;
const named = (selector: string) => ({ selector, path: `/etc/dkim/${selector}` });
const CHANGE = { domain: 'example.com', from: named('old'), to: named('new'), resolve };
const PARAMETERS = { selector: 'selector', keyFile: 'keyfile' };

const opendkim: Target = {
  kind: 'opendkim',
  examples: [
    'a example.com:old:/etc/dkim/old\nb example.org:s:/etc/dkim/s.private # x\nc %:s:-----BEGIN\n',
    'example.com:/etc/dkim/old\nexample.net:/etc/dkim/x:a=1\n',
    '*@example.com a\nexample.org b:%\n.example.net c\n',
    'Selector old\nKeyFile /etc/dkim/old # key\nKeyTable refile:/etc/kt\nInclude /etc/x\nDomain a, b,c\n',
  ],
  words: ['example.com', ':old:', '/etc/dkim/old', '#', '\n', '  ', '%', 'Selector ', 'KeyFile ', 'refile:', 'csl:'],
  run(input) {
    const text = input.toString('utf8');
    const { problems } = parseKeyTable(text);
    expectThat(
      'lines begin at 1',
      problems.every(({ line }) => line > 0),
    );
    parseSigningTable(text);
    parseDataSet(text);
    parseOpendkimConfig(text);
    const switched = withKeySwitched(text, CHANGE);
    expectSame('lines', switched.split('\n').length, text.split('\n').length);
    expectSame('switched twice', withKeySwitched(switched, CHANGE), switched);
    withConfigSwitched(text, { ...CHANGE, parameters: PARAMETERS });
    keyOfConfig(text, { parameters: PARAMETERS, resolve });
    namesPath(text, '/etc/dkim/old', resolve);
  },
};

const rspamd: Target = {
  kind: 'rspamd',
  examples: [
    'dkim_signing { path = "/var/lib/$domain.key"; selector = "s"; domain { example.com { selectors [ { path: "x", selector: a }, ] } } }',
    'enabled = true;\nselector_map = "/etc/map";\n.include(try=true) "$LOCAL_CONFDIR/x.conf"\na = <<EOD\ntext\nEOD\n/* c */ b = 1k; # x',
    'example.com selector1\n"example.org" "x y" # c\n',
  ],
  words: [
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '/*',
    '*/',
    '<<EOD\n',
    '\nEOD',
    '.include ',
    'domain',
    'selectors',
    '=',
    ';',
    '#',
    '\\',
  ],
  run(input) {
    const text = input.toString('utf8');
    const parsed = parseUcl(text);
    if (parsed.ok) readRspamdSigning(mergeUcl(parsed.value, parsed.value));
    parseRspamdMap(text);
  },
};

const control: Target = {
  kind: 'control',
  examples: [
    '/etc/domainkeys/%/default\ndomainkeys=0\n',
    'FGH,DEF;3',
    '# x\nexample.com\n.example.org\n*.example.net\nexample.com:x\n',
    '#!/bin/sh\nexit 0\n',
    '{"version":1,"rotations":{"example.com":{"phase":"wait","keys":[],"since":"2026-01-01T00:00:00Z"}},"finished":[]}',
  ],
  words: ['domainkeys=', '%', '#', '\n', ',', ';', '"phase":"make"', '"rotations":{', '"version":1', '\x7fELF', '#!'],
  async run(input) {
    const text = input.toString('utf8');
    await resultOrError(() => parseDksign(text));
    await resultOrError(() => parseDkverify(text));
    parseDomainList('rcpthosts', text);
    programKind(input, input.length);
    parseRotationState(text);
  },
};

export const FILES: readonly Target[] = [keyFile, opendkim, rspamd, control];
