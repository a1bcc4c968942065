// A Maildir of signed messages for the batch rows: the same texts at every run (the keys are new), and the keys of its
// domains as a zone file and, for peers, as a table.
import { generateKeyPair } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { formatKeyRecord, formatTxtRecord, newKeyRecord, signMessage } from '../dist/lib/index.js';
import { base64Line, random, textLine } from './corpus.mjs';

const DOMAINS = 200;
/** Signers with old keys there are too. */
const SHORT_KEYS = 1;
/** One message in so many was changed behind its signature. */
const ALTERED = 500;
const TIMESTAMP = 1_793_500_000;

/** Parts of bodies are cut from these. */
function material(next) {
  return {
    text: Array.from({ length: 2_000 }, () => textLine(next)),
    base64: Array.from({ length: 2_000 }, () => base64Line(next)),
  };
}

function message(number, domain, next, { text, base64 }) {
  const lines = (list, count) => {
    const from = Math.floor(next() * (list.length - count));
    return list.slice(from, from + count).join('');
  };
  const id = `${number}.${Math.floor(next() * 1e9)}`;
  // Sizes as in mail: many small ones and some large, 6 KB in the mean.
  const octets = 600 + Math.min(40_000, -Math.log(1 - next()) * 3_700);
  const isText = next() < 0.6;
  const body = isText ? lines(text, Math.ceil(octets / 69)) : lines(base64, Math.ceil(octets / 77));
  return (
    `Return-Path: <bounce+${id}@${domain}>\nDelivered-To: user@example.org\n` +
    `Received: from mx.example.org (mx.example.org [192.0.2.${number % 250}])\n\tby store.example.org with LMTP id ${id}\n` +
    `\tfor <user@example.org>; Mon, 26 Oct 2026 10:${String(number % 60).padStart(2, '0')}:00 +0000\n` +
    `Received: from out.${domain} (out.${domain} [198.51.100.${number % 250}])\n\tby mx.example.org with ESMTPS id ${id}\n` +
    `\t(version=TLS1.3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256);\n\tMon, 26 Oct 2026 10:00:00 +0000\n` +
    `Received: by out.${domain} id ${id}; Mon, 26 Oct 2026 09:59:58 +0000\n` +
    `From: "A Person of ${domain}" <person${number % 97}@${domain}>\nTo: Some User <user@example.org>\n` +
    `Subject: ${text[number % text.length].trimEnd()}\nDate: Mon, 26 Oct 2026 09:59:57 +0000\n` +
    `Message-ID: <${id}@${domain}>\nMIME-Version: 1.0\nContent-Type: text/${isText ? 'plain' : 'html'}; charset=utf-8\n` +
    `Content-Transfer-Encoding: ${isText ? '7bit' : 'base64'}\nList-Unsubscribe: <https://${domain}/u/${id}>\n` +
    `X-Mailer: benchmark\n\n${body}`
  );
}

async function signer(i) {
  const domain = `domain${i}.example`;
  const pair = await promisify(generateKeyPair)('rsa', { modulusLength: i < SHORT_KEYS ? 1024 : 2048 });
  const publicKeyBytes = pair.publicKey.export({ type: 'spki', format: 'der' });
  const record = formatKeyRecord(newKeyRecord({ type: 'rsa', publicKeyBytes }));
  const owner = `s2026._domainkey.${domain}`;
  return { domain, owner, record, key: { domain, selector: 's2026', type: 'rsa', privateKey: pair.privateKey } };
}

/**
 * Make `Maildir` (its new and cur), `zone` and `keys` (NAME RECORD, a line each) in a folder, and `list`, the paths of all
 * messages, one a line.
 *
 * @returns how many pass; all others fail
 */
export async function makeMaildir(folder, count, seed = 1) {
  const next = random(seed);
  const parts = material(next);
  const signers = await Promise.all(Array.from({ length: DOMAINS }, (_, i) => signer(i)));
  for (const part of ['new', 'cur', 'tmp']) mkdirSync(join(folder, 'Maildir', part), { recursive: true });
  const settings = { headerCanonicalization: 'relaxed', bodyCanonicalization: 'relaxed', timestamp: TIMESTAMP };
  const paths = [];
  for (let i = 0; i < count; i++) {
    const { domain, key } = signers[Math.floor(next() * DOMAINS)];
    const text = Buffer.from(message(i, domain, next, parts), 'latin1');
    const { fields } = await signMessage(text, settings, () => [key]);
    const tail = i % ALTERED === ALTERED - 1 ? 'added\n' : '';
    const path = join(
      folder,
      'Maildir',
      i % 4 === 0 ? 'new' : 'cur',
      `${TIMESTAMP + i}.M${i}.host${i % 4 === 0 ? '' : ':2,S'}`,
    );
    writeFileSync(path, Buffer.concat([fields, text, Buffer.from(tail)]));
    paths.push(path);
  }
  const records = signers.map(({ owner, record }) => ({ owner, isAbsolute: true, text: record }));
  writeFileSync(join(folder, 'zone'), records.map((record) => `${formatTxtRecord(record, 'bind')}\n`).join(''));
  writeFileSync(join(folder, 'keys'), records.map(({ owner, text }) => `${owner} ${text}\n`).join(''));
  writeFileSync(join(folder, 'list'), paths.map((path) => `${path}\n`).join(''));
  return count - Math.floor(count / ALTERED);
}
