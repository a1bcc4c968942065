// Messages for the benchmarks, the same at every run.
import { closeSync, openSync, writeSync } from 'node:fs';

/** A small generator (mulberry32): the corpus must not change from run to run. */
export function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const WORDS = 'the mail goes out unsigned if the key is missing and nobody notices it for weeks or months'.split(' ');

/** A line of 60 to 75 letters. */
export function textLine(next) {
  let line = '';
  while (line.length < 60 + next() * 15) line += `${WORDS[Math.floor(next() * WORDS.length)]} `;
  return `${line.trimEnd()}\n`;
}

/** 57 octets. */
export function base64Line(next) {
  const bytes = Buffer.alloc(57);
  for (let i = 0; i < bytes.length; i++) bytes[i] = next() * 256;
  return `${bytes.toString('base64')}\n`;
}

/** A tenth text, the rest base64, LF, as qmail has it on its disk. */
export function makeMessage(path, octets, { seed = 1, from = 'user@example.com', subject = 'a message' } = {}) {
  const next = random(seed);
  const fd = openSync(path, 'w');
  const header =
    `Received: from mail.example.net (HELO mail.example.net) (192.0.2.1) by mx.example.org with SMTP; 1 Nov 2026\n` +
    `From: A User <${from}>\nTo: Somebody Else <else@example.org>\nSubject: ${subject}\n` +
    `Date: Sun, 1 Nov 2026 00:00:00 +0000\nMessage-ID: <${seed}@example.com>\n` +
    `MIME-Version: 1.0\nContent-Type: text/plain\n\n`;
  writeSync(fd, header);
  const text = Array.from({ length: 200 }, () => textLine(next)).join('');
  const base64 = Array.from({ length: 1800 }, () => base64Line(next)).join('');
  const block = text + base64;
  let left = octets - header.length;
  for (; left >= block.length; left -= block.length) writeSync(fd, block);
  if (left > 0) writeSync(fd, `${(text.slice(0, left / 10) + base64).slice(0, left - 1)}\n`);
  closeSync(fd);
}
