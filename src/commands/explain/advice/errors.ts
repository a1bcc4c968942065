/** Errors: an input, a file or a command line that cannot be used. */
import type { AdviceTable } from './advice.ts';

const RETRY = 'Try again; in a mail queue the message waits.';
const RIGHTS = 'Check owner and mode (ls -l); dktool must run as an account that may use the file.';
const BUG = 'Run it again with DKTOOL_DEBUG=1 and report the output.';
const CORRECT_LINE = 'Correct the line and column that the error names.';

const COMMAND_LINE: AdviceTable = {
  usage: { remedy: 'The hint names the option or the command; dktool COMMAND --help --all lists all of them.' },
  'config-invalid': { remedy: 'Correct the file and line that the error names; dktool serve --check reads it again.' },
  'milter-protocol': { remedy: 'Point the MTA, and nothing else, at the socket of the milter.' },
  'socket-unusable': {
    causes: 'Another service uses the address, or the account may not open it.',
    remedy: 'Name another socket, stop the other service, or start as root with --user.',
  },
  'too-busy': { remedy: 'Raise --limit or --wait if it happens often; mail waits in the queue of the MTA meanwhile.' },
  'user-unknown': { remedy: 'Create the account, or name another one with --user; only root can change to it.' },
  'bad-domain': { remedy: 'Write a domain name such as example.com, without @, / or blanks.' },
  'bad-environment': { remedy: 'Correct or unset the variable; dktool config shows the settings.' },
  'bad-exit-style': { remedy: 'Set DKTOOL_EXIT_STYLE to qmail or sysexits, or unset it.' },
  'bad-ip-address': { remedy: 'Write an IPv4 or IPv6 address, without a prefix length or port.' },
  'bad-key-record': { remedy: "Write NAME=RECORD: --key-record 'sel._domainkey.example.com=v=DKIM1; p=...'" },
  'bad-line': { remedy: 'Write IP HELO SENDER, or a JSON object, on each line.' },
  'bad-nameserver': { remedy: 'Give its address, with :PORT or [IPv6]:PORT if needed.' },
  'bad-record': { remedy: 'Correct the record at the place shown.' },
  'bad-selector': { remedy: 'Name the selector with -s, or rename the key file.' },
  'bad-signature-name': { remedy: 'Use names of letters, digits, hyphens and dots.' },
  'bad-signed-field': { remedy: 'Use --signed-headers none.' },
  'bad-signed-fields': { remedy: 'List field names, From among them.' },
  'cross-check-too-long': { remedy: 'Leave --cross-check out for this message.' },
  'domain-mismatch': { remedy: 'Sign with a key of the domain of Sender, else of From.' },
  'from-not-signed': { remedy: 'Add From to --signed-headers.' },
  'hash-unusable': { remedy: 'Ed25519 signs with sha256 only: leave --hash out.' },
  'group-unknown': { remedy: 'Create the group or correct --group.' },
  'key-format-misfit': { remedy: 'RSA has pkcs8 and pkcs1; Ed25519 has pkcs8, seed and rspamd.' },
  'no-input': { remedy: 'Name a file, or pipe one in.' },
  'no-key': { remedy: 'Name the key with -k, or set key in a configuration file.' },
  'one-message-only': { remedy: 'Run the command once for each message.' },
  'passphrases-differ': { remedy: 'Type the same passphrase twice.' },
  'selectors-do-not-match': { remedy: 'Give one -s for each -k, or none.' },
  'config-foreign': {
    causes: 'Keys in SQL, LDAP or Lua.',
    remedy: 'Export the keys to a KeyTable, or name them with -k.',
  },
};

const MESSAGES: AdviceTable = {
  'already-signed': { causes: 'The message went through a signer before.', remedy: 'Sign in one place only.' },
  'bad-from': { causes: 'A broken program.', remedy: 'Correct the From field.' },
  'empty-message': {
    causes: 'The program before the pipe failed.',
    remedy: 'Check its exit status, for example with set -o pipefail.',
  },
  'header-over-limit': { causes: 'A mail loop or an attack.', remedy: 'Look at the message by hand.' },
  'input-changed': { causes: 'Something else wrote to the file.', remedy: 'Sign a file that is complete.' },
  'input-unreadable': { causes: 'A wrong path or missing rights.', remedy: RIGHTS },
  'is-a-directory': { remedy: 'verify reads directories with -r.' },
  'lint-failed': { remedy: 'Correct what the lines before the error name, or use --lint without =error.' },
  'message-not-bytes': { remedy: 'Read the message as a Buffer and hand that in.' },
  'no-from': { remedy: 'Add a From field before signing.' },
  'not-a-message': {
    causes: 'A file of another kind, or text without a header block.',
    remedy: 'A message begins with fields such as From: and an empty line ends them.',
  },
  'sending-address-invalid': { remedy: 'Correct Sender or From.' },
  'several-from': { remedy: 'Keep one From field.' },
  'several-messages': { causes: 'An mbox file.', remedy: 'formail -s runs a command for each message.' },
  'session-unknown': {
    causes: 'A message without a Received field of a server you trust.',
    remedy: 'Give --ip, --helo and --from.',
  },
  'no-client-address': { remedy: 'Give --ip, or run it below tcpserver.' },
  'no-identity': { remedy: 'Give --from or --helo.' },
  'too-many-signed-fields': { remedy: 'Use --signed-headers none.' },
  'unsafe-domain': {
    causes: 'A From domain with characters such as /.',
    remedy: 'Refuse such mail; it cannot be signed.',
  },
};

const KEYS: AdviceTable = {
  'key-ambiguous': { remedy: 'Keep one key in a file.' },
  'key-damaged': {
    causes: 'A copy that was cut or pasted.',
    remedy: 'Restore the file, or make a new key and publish it.',
  },
  'key-empty': {
    causes: 'A full disk, or a redirection that failed.',
    remedy: 'Restore the file, or make a new key and publish it.',
  },
  'key-encryption-unsupported': { remedy: 'Convert it with openssl pkcs8 -topk8.' },
  'key-file-exists': { remedy: 'Choose another selector or file; --force keeps the old one as FILE.old.' },
  'key-file-exposed': {
    causes: 'A umask of 022, or a copy.',
    remedy: 'chmod 600 the file, or 640 with the group of the signer.',
  },
  'key-file-irregular': { remedy: 'Name a regular file.' },
  'key-file-missing': { causes: 'A wrong path, or a link to a deleted file.', remedy: 'Correct the path.' },
  'key-file-too-large': { causes: 'A file of another kind.', remedy: 'Name a key file.' },
  'key-file-unreadable': { remedy: RIGHTS },
  'key-file-unremovable': { remedy: RIGHTS },
  'key-file-unwritable': { causes: 'A missing directory, missing rights or a full disk.', remedy: RIGHTS },
  'key-not-found': { causes: 'A file of another kind.', remedy: 'Name a file with a private key.' },
  'key-passphrase-needed': {
    remedy: 'Give --passphrase-file, or store the key without one: dktool keygen --convert FILE -o FILE.plain.',
  },
  'key-passphrase-wrong': { remedy: 'Check the first line of the passphrase file.' },
  'key-record-invalid': { remedy: 'Correct the record, or name the key itself.' },
  'key-too-long': { remedy: 'Use at most 8,192 bits; 2,048 is usual.' },
  'key-type-mismatch': { remedy: 'Use an RSA key for DomainKeys.' },
  'key-type-unsupported': { causes: 'A DSA or EC key.', remedy: 'Use RSA or Ed25519: dktool keygen.' },
  'key-wrong-kind': { remedy: 'sign needs the private key; dns-record takes either.' },
  'passphrase-refused': { remedy: 'Type the passphrase, or give --passphrase-file.' },
  'published-key-differs': {
    causes: 'The record was not published yet, or is of another key.',
    remedy: 'dktool dns-record DOMAIN -k FILE --check says what is wrong.',
  },
  'weak-key': { remedy: 'Make a new key of 2,048 bits.' },
};

const SURROUNDINGS: AdviceTable = {
  'bad-configuration': { remedy: `${CORRECT_LINE} dktool config shows the settings.` },
  'bad-control-file': { remedy: 'Write the host name into control/me.' },
  'bad-dksign': { remedy: 'Write one path, such as /etc/domainkeys/%/default, into control/dksign.' },
  'bad-zone': { remedy: CORRECT_LINE },
  'closed-descriptor': { causes: 'The program was not started by qmail.', remedy: 'Run it through qmail.' },
  'closed-pipe': { causes: 'The reader ended early, as head does.', remedy: 'Nothing, if that was meant.' },
  'command-failed': { remedy: 'Run the command by hand and correct it; the next run tries again.' },
  'config-unreadable': { remedy: RIGHTS },
  'dns-unavailable': {
    causes: 'Name servers, the resolver or the network are down.',
    remedy: 'Try again; --trace shows the queries.',
  },
  'internal-error': { remedy: BUG },
  'mailauth-missing': { remedy: 'Install it: npm install -g mailauth.' },
  'output-unwritable': { causes: 'A missing directory, missing rights or a full disk.', remedy: RIGHTS },
  'program-broken': { causes: 'qmail was killed or ran out of memory.', remedy: `See the log of qmail. ${RETRY}` },
  'program-not-run': {
    causes: 'DKREMOTE or DKQUEUE is wrong, or the file is not executable.',
    remedy: 'Run contrib/qmail/install --check.',
  },
  'read-failed': { causes: 'A disk or network error.', remedy: RETRY },
  'record-unfit': {
    causes: 'A name or text that the format cannot express.',
    remedy: 'Use another --format, such as bind or json.',
  },
  'rotation-past-return': { remedy: 'Let the rotation finish, then start a new one.' },
  'rotation-place-unclear': {
    causes: 'The key is a plain file where a link is needed, or several tables name it.',
    remedy: 'The error names the place; make it a link to the key.',
  },
  'rotation-state-invalid': { remedy: 'Restore the state file from a copy.' },
  'selector-taken': { remedy: 'Give another -s template.' },
  'spool-failed': { causes: 'TMPDIR is full or missing.', remedy: 'Free space, or set TMPDIR.' },
  'state-locked': { causes: 'Another run is still going on.', remedy: 'Wait for it; space the cron jobs.' },
  'worker-failed': { causes: 'Too little memory for so many threads.', remedy: 'Use fewer --jobs.' },
  'write-failed': { causes: 'A full disk.', remedy: RETRY },
  'zone-too-large': { remedy: 'Have a name server serve it, and name that with --nameserver.' },
  'zone-unreadable': { remedy: RIGHTS },
};

const ARCHIVES: AdviceTable = {
  'archive-bomb': {
    causes: 'A file made to exhaust disks or memory.',
    remedy: 'Unpack it by hand if you trust it, and verify the files.',
  },
  'archive-damaged': { causes: 'A download or copy that was cut.', remedy: 'Fetch the file again.' },
  'archive-nested': { remedy: 'Unpack the outer archives first.' },
  'compression-unsupported': { remedy: 'Decompress the file first, or use a newer Node.js or the single executable.' },
  'import-format': { remedy: 'Name the format with --format.' },
  'input-too-large': { remedy: 'Split the file.' },
  'keyring-corrupt': {
    causes: 'The file was cut, or is of another kind.',
    remedy: 'Restore it from a copy, or name the right file with --keyring.',
  },
  'keyring-unreadable': { remedy: RIGHTS },
  'line-too-long': { remedy: 'Check that the file has one JSON object per line.' },
  'member-unreadable': {
    causes: 'An encrypted or damaged file in the archive.',
    remedy: 'Unpack the archive by hand.',
  },
  'report-too-large': { remedy: 'Count by fewer things (--by), or report on parts.' },
  'resume-mismatch': { remedy: 'Use another file for --resume, or name the same inputs as before.' },
};

export const ERROR_ADVICE: AdviceTable = {
  ...COMMAND_LINE,
  ...MESSAGES,
  ...KEYS,
  ...SURROUNDINGS,
  ...ARCHIVES,
};
