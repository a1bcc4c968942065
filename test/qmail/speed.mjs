// Mails a second through a real qmail, in and out, with and without dktool.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MAILS = 120;
const AT_ONCE = 20;

export function speed(lab) {
  const quiet = { stdio: ['ignore', 'pipe', 'pipe'] };
  const out = (tag) => /= ([\d.]+)\/s/.exec(lab.inside(`python3 speed_out.py ${tag} ${MAILS}`, quiet))?.[1];
  const into = () =>
    /: ([\d.]+)\/s/.exec(lab.inside(`python3 speed_in.py 127.0.0.3 ${MAILS} ${AT_ONCE} data/s5k.eml`, quiet))?.[1];
  const rows = [];
  const row = (what, perSecond) => {
    rows.push([what, perSecond]);
    console.log(`${what.padEnd(60)} ${perSecond}/s`);
  };
  // A signature whose key is in DNS.
  lab.sh(`dktool sign -k '${lab.at('domainkeys')}/example.com/default' -d example.com <data/o5k.eml >data/s5k.eml`);
  lab.smtpEnv = 'QMAILQUEUE=$QMAIL/bin/qmail-queue';
  lab.start();
  row('out, qmail-remote alone', out('plain'));
  row('in, qmail-queue alone', into());
  lab.install();
  lab.start();
  const dksign = join(lab.qmail, 'control/dksign');
  const text = readFileSync(dksign);
  lab.sh(`rm '${dksign}'`);
  row('out, dktool-remote without control/dksign', out('pass'));
  writeFileSync(dksign, text);
  for (const limit of [1, 2, 4, 8]) {
    writeFileSync(join(lab.qmail, 'control/dkconcurrency'), `${limit}\n`);
    row(`out, dktool-remote signing, control/dkconcurrency ${limit}`, out(`sign${limit}`));
  }
  lab.sh(`rm '${join(lab.qmail, 'control/dkconcurrency')}'`);
  lab.serve();
  row('out, dktool-remote signing, with dktool serve', out('served'));
  lab.serveNoMore();
  lab.smtpEnv = 'QMAILQUEUE=$QMAIL/bin/dktool-queue RELAYCLIENT= DKVERIFY=\nexport RELAYCLIENT';
  lab.start();
  row('in, dktool-queue passing mail on (RELAYCLIENT)', into());
  lab.smtpEnv = 'QMAILQUEUE=$QMAIL/bin/dktool-queue DKVERIFY=';
  lab.start();
  row('in, dktool-queue verifying', into());
  lab.serve();
  row('in, dktool-queue verifying, with dktool serve', into());
  lab.serveNoMore();
  lab.smtpEnv = 'QMAILQUEUE=$QMAIL/bin/dktool-queue DKVERIFY= DKTOOL_SPF=1';
  lab.start();
  row('in, dktool-queue verifying, with SPF', into());
}
