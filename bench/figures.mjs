// What README.md and docs/comparison.md quote of the table in bench/README.md.

/** Each peer with what it is called in the table. */
const PEERS = ['libopendkim', 'dkimpy', 'Mail::DKIM', 'mailauth', 'go-msgauth'];

/**
 * @param table the text of bench/README.md
 * @returns Markdown by file
 */
export function figures(table) {
  const [, date] = /^`npm run bench.*?` on (\S+),/m.exec(table);
  const rows = new Map(
    [...table.matchAll(/^\| (.*?) \| (\d[\d.]*) \|/gm)].map(([, what, value]) => [what, Number(value)]),
  );
  const value = (what) => rows.get(what) ?? fail(`the table in bench/README.md has no row '${what}'`);
  const faster = (what) => (1 / value(what)).toFixed(1);
  const times = (what) => value(what).toFixed(1);
  const batch = (peer) => times(`verify 10000 messages, times as fast as ${peer}`);

  const readme = [
    '| | |',
    '|---|---|',
    `| sign one message, start included | ${faster('sign 5 KB / dkimpy')} times as fast as dkimpy, ${faster('sign 5 KB / mailauth')} times as fast as mailauth |`,
    `| verify one message, with its DNS query | ${faster('verify 5 KB / dkimpy')} times as fast as dkimpy, ${faster('verify 5 KB / mailauth')} times as fast as mailauth |`,
    `| verify 10,000 messages, one thread | ${batch('libopendkim')} times as fast as libopendkim, ${batch('Mail::DKIM')} times as fast as Mail::DKIM |`,
    `| verify a message of 1 GiB | ${value('verify 1024 MiB / openssl dgst -sha256').toFixed(2)} times as long as \`openssl dgst -sha256\`, in ${Math.ceil(value('peak MiB, verify 1024 MiB from a pipe'))} MiB of memory |`,
    `| check 20,000 hosts by SPF | ${times('spf-check --batch, 20000 sessions, times as fast as pyspf')} times as fast as pyspf |`,
    '',
    `Measured on ${date} by \`npm run bench\`; [bench/README.md](bench/README.md) has all of it, targets missed included.`,
  ];

  const single = (job, peer) => (rows.has(`${job} 5 KB / ${peer}`) ? faster(`${job} 5 KB / ${peer}`) : '–');
  const many = (peer) => (rows.has(`verify 10000 messages, times as fast as ${peer}`) ? batch(peer) : '–');
  const comparison = [
    '| dktool is so many times as fast as | to sign one message | to verify one message | to verify 10,000 messages in one process |',
    '|---|---|---|---|',
    ...PEERS.map((peer) => `| ${peer} | ${single('sign', peer)} | ${single('verify', peer)} | ${many(peer)} |`),
    '',
    `Measured on ${date} by \`npm run bench -- start-up batch\`; [bench/README.md](../bench/README.md) says how.`,
  ];
  return { 'README.md': readme.join('\n'), 'docs/comparison.md': comparison.join('\n') };
}

function fail(message) {
  throw new Error(message);
}
