// Time against size: n, 2n and 4n, less what a start costs. 1.00 is linear.
import { writeFileSync } from 'node:fs';
import { makeMessage } from './corpus.mjs';
import { interleaved } from './measure.mjs';

const MIB = 1024 * 1024;

export function growth({ table, file, quick, sign, verify, signed }) {
  makeMessage(file('tiny'), 1_000);
  const tiny = signed('tiny');
  const runs = quick ? 5 : 9;
  const measure = (what, command, least, names) => {
    const [start, ...times] = interleaved([command(least), ...names.map(command)], runs);
    const [one, two, four] = times.map((time) => time - start);
    table.row(`growth of ${what}, 2n`, two / (2 * one), 1.3);
    table.row(`growth of ${what}, 4n`, four / (4 * one), 1.3);
  };

  const bodies = [1, 2, 4].map((times) => {
    const name = `body${times}`;
    makeMessage(file(name), times * (quick ? 32 : 96) * MIB);
    return name;
  });
  measure('verify, octets of the body', verify, tiny, bodies.map(signed));
  measure('sign, octets of the body', sign, file('tiny'), bodies.map(file));

  const headers = [1, 2, 4].map((times) => {
    const name = `header${times}`;
    const fields = Array.from({ length: times * 5_000 }, (_, i) => `X-Field-${i}: a value like many others\n`);
    writeFileSync(file(name), `${fields.join('')}From: user@example.com\nSubject: many fields\n\nhello\n`);
    return name;
  });
  measure('verify, header fields', verify, tiny, headers.map(signed));
  measure('sign, header fields', sign, file('tiny'), headers.map(file));
}
