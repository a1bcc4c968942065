// What README.md, README.ja.md and docs/comparison.md quote of the table in bench/README.md.

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

  const japanese = [
    '| | |',
    '|---|---|',
    `| 1 通の署名 (起動を含む) | dkimpy の ${faster('sign 5 KB / dkimpy')} 倍、mailauth の ${faster('sign 5 KB / mailauth')} 倍の速さ |`,
    `| 1 通の検証 (DNS の問い合わせを含む) | dkimpy の ${faster('verify 5 KB / dkimpy')} 倍、mailauth の ${faster('verify 5 KB / mailauth')} 倍の速さ |`,
    `| 10,000 通の検証 (1 スレッド) | libopendkim の ${batch('libopendkim')} 倍、Mail::DKIM の ${batch('Mail::DKIM')} 倍の速さ |`,
    `| 1 GiB のメッセージの検証 | \`openssl dgst -sha256\` の ${value('verify 1024 MiB / openssl dgst -sha256').toFixed(2)} 倍の時間、メモリは ${Math.ceil(value('peak MiB, verify 1024 MiB from a pipe'))} MiB |`,
    `| 20,000 ホストの SPF の判定 | pyspf の ${times('spf-check --batch, 20000 sessions, times as fast as pyspf')} 倍の速さ |`,
    '',
    `${date} に \`npm run bench\` で測定。目標に届かなかったものも含め、すべての結果が [bench/README.md](bench/README.md) にあります。`,
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
  return {
    'README.md': readme.join('\n'),
    'README.ja.md': japanese.join('\n'),
    'docs/comparison.md': comparison.join('\n'),
  };
}

function fail(message) {
  throw new Error(message);
}
