import { describe, expect, it } from 'vitest';
import { DEFAULT_SIGNED_FIELDS, signedFieldNames } from '../../../src/lib/signature/signed-field-names.ts';
import { HeaderBlock } from '../../../src/lib/header/header-block.ts';
import { latin1 } from '../../support/chunks.ts';

const header = (...names: string[]) => new HeaderBlock(latin1(names.map((name) => `${name}: x\n`).join('')));

describe('the names in h=', () => {
  it('oversign From, Subject and Reply-To always', () => {
    expect(signedFieldNames(header('From'), DEFAULT_SIGNED_FIELDS)).toEqual(['From', 'From', 'Reply-To', 'Subject']);
  });

  it('oversign what an MTA may add only where it is there', () => {
    const present = ['From', 'To', 'Cc', 'Subject', 'Date', 'Message-ID', 'MIME-Version', 'Content-Type'];
    const names = signedFieldNames(header(...present, 'Content-Transfer-Encoding'), DEFAULT_SIGNED_FIELDS);
    for (const name of [...present, 'Content-Transfer-Encoding']) {
      expect(names.filter((other) => other === name)).toHaveLength(2);
    }
  });

  it('never oversign Resent-* and List-*, which others add by right', () => {
    const names = signedFieldNames(
      header('From', 'List-Id', 'Resent-From', 'Sender', 'References'),
      DEFAULT_SIGNED_FIELDS,
    );
    expect(names.filter((name) => !['From', 'Reply-To', 'Subject'].includes(name))).toEqual([
      'Sender',
      'References',
      'Resent-From',
      'List-Id',
    ]);
  });

  it('never hold trace fields (RFC 6376 section 5.4.2)', () => {
    const lower = DEFAULT_SIGNED_FIELDS.map((name) => name.toLowerCase());
    for (const name of ['received', 'return-path', 'dkim-signature', 'authentication-results', 'delivered-to', 'bcc']) {
      expect(lower).not.toContain(name);
    }
  });

  it('cover the fields of RFC 6376 section 5.4.1', () => {
    expect(DEFAULT_SIGNED_FIELDS).toEqual(
      expect.arrayContaining([
        'From',
        'Reply-To',
        'Subject',
        'Date',
        'To',
        'Cc',
        'Resent-Date',
        'Resent-From',
        'Resent-To',
        'Resent-Cc',
        'In-Reply-To',
        'References',
        'List-Id',
        'List-Help',
        'List-Unsubscribe',
        'List-Subscribe',
        'List-Post',
        'List-Owner',
        'List-Archive',
      ]),
    );
  });

  it('hold a field as often as it is there, in the order asked for', () => {
    const names = signedFieldNames(header('X-A', 'from', 'X-A', 'X-A'), ['x-a', 'From', 'X-A', 'X-B']);
    expect(names).toEqual(['x-a', 'x-a', 'x-a', 'From', 'From']);
  });

  it.each([
    ['From', 'X;d'],
    ['From', 'A B'],
    ['From', 'T\xf6'],
    ['From', ''],
    ['From', 'A\n'],
    ['From', 'A:B'],
  ])('are refused where one cannot stand in h=: %j', (...names) => {
    expect(() => signedFieldNames(header('From'), names)).toThrow(
      expect.objectContaining({ code: 'bad-signed-fields', kind: 'permanent' }),
    );
  });

  it('are refused without From (RFC 6376 section 5.4)', () => {
    expect(() => signedFieldNames(header('From'), ['To'])).toThrow('From is not among the fields to sign');
  });
});
