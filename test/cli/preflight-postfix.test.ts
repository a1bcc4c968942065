/** What --preflight says of transit really happens: Debian's Postfix does it to mail on its way, and not to the remedied mail. */
import { describe, expect, it } from 'vitest';
import { verifyMessage } from '../../src/lib/verify-message.ts';
import { useMailHost } from '../support/mail-host.ts';
import { startPostfix } from '../support/postfix.ts';
import { PREFLIGHT_CASES, SOUND } from '../support/preflight-cases.ts';
import { freePort, sendMail, SmtpSink } from '../support/smtp.ts';
import { keyOwner, keyRecord, NOW, textResolver } from '../support/vectors.ts';

let sink: SmtpSink;
let port = 0;

useMailHost(['postfix'], async ({ machine, closing }) => {
  sink = await SmtpSink.start(false); // a next hop without 8BITMIME
  closing.push(() => sink.stop());
  port = await freePort();
  await startPostfix(machine, {
    relayPort: sink.port,
    services: {
      [port]: '  -o smtpd_forbid_bare_newline=reject\n  -o smtpd_forbid_bare_newline_exclusions=\n',
    },
    main: 'always_add_missing_headers = yes\n',
  });
});

const { resolver } = textResolver({ [keyOwner('rsa2048')]: keyRecord('rsa2048') });

async function passes(message: string): Promise<boolean> {
  const { dkim } = await verifyMessage(Buffer.from(message, 'latin1'), { resolver, now: NOW });
  return dkim.result === 'pass';
}

let count = 0;
/** As it leaves Postfix. @throws where Postfix refuses it */
async function sent(message: string): Promise<string> {
  const to = `bob${++count}@example.net`;
  await sendMail(port, 'ann@example.com', to, message, true);
  return sink.messageFor(to);
}

describe('on its way through Postfix', () => {
  it.each(PREFLIGHT_CASES.filter(({ postfix }) => postfix === 'breaks').map((one) => [one.code, one] as const))(
    '%s breaks a signature, and the remedy keeps it whole',
    async (_, { broken, fixed }) => {
      expect(await passes(broken)).toBe(true);
      expect(await passes(await sent(broken))).toBe(false);
      expect(await passes(await sent(fixed))).toBe(true);
    },
  );

  it.each(PREFLIGHT_CASES.filter(({ postfix }) => postfix === 'refuses').map((one) => [one.code, one] as const))(
    '%s is refused, and the remedied message is not',
    async (_, { broken, fixed }) => {
      await expect(sent(broken)).rejects.toThrow(/^5/);
      expect(await passes(await sent(fixed))).toBe(true);
    },
  );

  it('a sound message comes out with its signature whole', async () => {
    expect(await passes(await sent(SOUND))).toBe(true);
  });
});
