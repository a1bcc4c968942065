/** Every code that a DktoolError may have. dktool(1) lists them in these words. */

/** `permanent`: the command line or the message is wrong. `temporary`: the surroundings can be put right while mail waits. */
export type ErrorKind = 'permanent' | 'temporary';

/** What a code stands for. */
export interface ErrorMeaning {
  /** `either`: it depends on where the error comes from. */
  readonly kind: ErrorKind | 'either';
  /** What the code means: a clause without a capital at its start and without a full stop. */
  readonly meaning: string;
}

/** The codes of errors, each with its kind and what it means. They are stable. */
export const ERROR_CODES = {
  'already-signed': { kind: 'permanent', meaning: 'the message has a DomainKeys signature already' },
  'archive-bomb': { kind: 'permanent', meaning: 'an archive unpacks to far more than mail does' },
  'archive-damaged': { kind: 'permanent', meaning: 'an archive is damaged or was cut' },
  'archive-nested': { kind: 'permanent', meaning: 'there are too many archives inside each other' },
  'bad-configuration': { kind: 'temporary', meaning: 'a configuration file cannot be read or contains a mistake' },
  'bad-control-file': { kind: 'temporary', meaning: 'a control file of qmail does not contain the name of this host' },
  'bad-dksign': { kind: 'temporary', meaning: 'control/dksign cannot be used' },
  'bad-domain': { kind: 'permanent', meaning: 'a text is not a domain name' },
  'bad-environment': { kind: 'either', meaning: 'an environment variable has an invalid value' },
  'bad-exit-style': { kind: 'permanent', meaning: 'DKTOOL_EXIT_STYLE is neither qmail nor sysexits' },
  'bad-from': { kind: 'permanent', meaning: 'the From field of the message cannot be read' },
  'bad-ip-address': { kind: 'permanent', meaning: 'a text is not an IP address' },
  'bad-key-record': { kind: 'permanent', meaning: 'a key record was given without the name that it is published at' },
  'bad-line': { kind: 'permanent', meaning: 'a line of a batch of SPF checks or of NDJSON cannot be read' },
  'bad-nameserver': { kind: 'permanent', meaning: 'a name server is not given by its address' },
  'bad-record': { kind: 'permanent', meaning: 'an SPF or DMARC record that was given is malformed' },
  'bad-selector': { kind: 'permanent', meaning: 'the name of the key file cannot be a selector' },
  'bad-signature-name': {
    kind: 'permanent',
    meaning: 'a domain, selector or identity is not allowed in a signature',
  },
  'bad-signed-field': {
    kind: 'permanent',
    meaning: 'the name of a header field cannot be listed in a DomainKeys signature',
  },
  'bad-signed-fields': { kind: 'permanent', meaning: 'the list of fields to sign cannot be used' },
  'bad-zone': { kind: 'temporary', meaning: 'a zone file contains a mistake' },
  'closed-descriptor': { kind: 'temporary', meaning: 'a file descriptor that qmail passes on is closed' },
  'closed-pipe': { kind: 'temporary', meaning: 'the reader of the output went away' },
  'command-failed': {
    kind: 'temporary',
    meaning: 'a command that publishes a record or runs after a key switch failed',
  },
  'compression-unsupported': { kind: 'permanent', meaning: 'this version of Node.js cannot read that compression' },
  'config-foreign': {
    kind: 'permanent',
    meaning: 'a configuration uses something that only the program it belongs to can read',
  },
  'config-invalid': { kind: 'temporary', meaning: 'a configuration file or table says what cannot be done' },
  'config-unreadable': { kind: 'temporary', meaning: 'a configuration file of another program cannot be read' },
  'cross-check-too-long': { kind: 'permanent', meaning: 'a name is too long to be checked by mailauth too' },
  'dns-unavailable': { kind: 'temporary', meaning: 'DNS gave no answer, and nothing can be done without one' },
  'domain-mismatch': {
    kind: 'permanent',
    meaning: 'the domain of a DomainKeys key is neither the sending domain nor a parent of it',
  },
  'empty-message': { kind: 'permanent', meaning: 'the input is empty' },
  'from-not-signed': {
    kind: 'permanent',
    meaning: 'the field that names the sender is not among the fields to sign with DomainKeys',
  },
  'group-unknown': { kind: 'either', meaning: 'there is no such group, or the list of groups cannot be read' },
  'hash-unusable': { kind: 'permanent', meaning: 'the key cannot sign with the hash that was asked for' },
  'header-over-limit': { kind: 'permanent', meaning: 'the header block of the message is too large' },
  'import-format': { kind: 'permanent', meaning: 'a file to import is of no format that is known' },
  'input-changed': { kind: 'temporary', meaning: 'the message file changed while it was read' },
  'input-too-large': { kind: 'permanent', meaning: 'a file to import is larger than can be read' },
  'input-unreadable': { kind: 'either', meaning: 'an input cannot be opened' },
  'internal-error': { kind: 'temporary', meaning: 'a bug in dktool' },
  'is-a-directory': { kind: 'permanent', meaning: 'a directory was given where a message was expected' },
  'key-ambiguous': { kind: 'either', meaning: 'a file contains more than one key' },
  'key-damaged': { kind: 'temporary', meaning: 'a key file is truncated or damaged' },
  'key-empty': { kind: 'temporary', meaning: 'a key file is empty' },
  'key-encryption-unsupported': {
    kind: 'temporary',
    meaning: 'a key is encrypted in a way that cannot be decrypted here',
  },
  'key-file-exists': { kind: 'permanent', meaning: 'a new key would overwrite an existing file' },
  'key-file-exposed': { kind: 'temporary', meaning: 'everyone on the machine has access to the key file' },
  'key-file-irregular': { kind: 'temporary', meaning: 'a key, passphrase or control file is not a regular file' },
  'key-file-missing': { kind: 'temporary', meaning: 'a key, passphrase or control file does not exist' },
  'key-file-too-large': { kind: 'temporary', meaning: 'a key, passphrase or control file is too large' },
  'key-file-unreadable': { kind: 'temporary', meaning: 'a key, passphrase or control file cannot be read' },
  'key-file-unremovable': { kind: 'temporary', meaning: 'a key file cannot be removed' },
  'key-file-unwritable': { kind: 'either', meaning: 'a key file cannot be written' },
  'key-format-misfit': { kind: 'permanent', meaning: 'the key cannot be written in the format that was asked for' },
  'key-not-found': { kind: 'temporary', meaning: 'there is no key in a key file' },
  'key-passphrase-needed': { kind: 'either', meaning: 'a passphrase is needed, and none was given' },
  'key-passphrase-wrong': { kind: 'temporary', meaning: 'the passphrase of a key is wrong' },
  'key-record-invalid': { kind: 'permanent', meaning: 'a key record cannot be used' },
  'key-too-long': { kind: 'temporary', meaning: 'a key is longer than verifiers accept' },
  'key-type-mismatch': {
    kind: 'temporary',
    meaning: 'DomainKeys signs with RSA keys only, and the key is of another type',
  },
  'key-type-unsupported': { kind: 'temporary', meaning: 'a key is of a type that DKIM does not use' },
  'key-wrong-kind': {
    kind: 'temporary',
    meaning: 'a file contains a public key or certificate instead of a private key, or the reverse',
  },
  'keyring-corrupt': { kind: 'temporary', meaning: 'a keyring is damaged, or the file is not a keyring' },
  'keyring-unreadable': { kind: 'temporary', meaning: 'a keyring cannot be read' },
  'line-too-long': { kind: 'permanent', meaning: 'a line of NDJSON is longer than can be read' },
  'lint-failed': { kind: 'permanent', meaning: 'the message has something that will break its signature in transit' },
  'mailauth-missing': { kind: 'temporary', meaning: 'the package mailauth cannot be loaded' },
  'member-unreadable': { kind: 'permanent', meaning: 'a file of an archive cannot be read' },
  'message-not-bytes': { kind: 'permanent', meaning: 'a message was decoded as text and has lost octets' },
  'milter-protocol': { kind: 'temporary', meaning: 'what came over a socket is not the milter protocol' },
  'no-client-address': { kind: 'permanent', meaning: 'there is no client address to check by SPF' },
  'no-from': { kind: 'permanent', meaning: 'the message has no From field' },
  'no-identity': { kind: 'permanent', meaning: 'there is neither a sender nor a HELO name to check by SPF' },
  'no-input': { kind: 'permanent', meaning: 'no input is named, and standard input cannot be used' },
  'no-key': { kind: 'permanent', meaning: 'no key is named to sign with' },
  'not-a-message': { kind: 'permanent', meaning: 'the input is not a message' },
  'one-message-only': { kind: 'permanent', meaning: 'several messages are named where only one can be passed on' },
  'output-unwritable': { kind: 'temporary', meaning: 'an output file cannot be written' },
  'passphrase-refused': { kind: 'temporary', meaning: 'no passphrase was entered' },
  'passphrases-differ': { kind: 'permanent', meaning: 'the two passphrases entered differ' },
  'program-broken': { kind: 'temporary', meaning: 'the real qmail program crashed or ended with an unknown status' },
  'program-not-run': { kind: 'temporary', meaning: 'the real qmail program cannot be run' },
  'published-key-differs': {
    kind: 'temporary',
    meaning: 'the new signature does not verify with the published record',
  },
  'read-failed': { kind: 'temporary', meaning: 'reading an input failed' },
  'record-unfit': { kind: 'either', meaning: 'the record cannot be expressed in the output format' },
  'report-too-large': { kind: 'permanent', meaning: 'a report has more groups than can be counted' },
  'resume-mismatch': { kind: 'permanent', meaning: 'the output to resume belongs to other inputs' },
  'rotation-past-return': {
    kind: 'permanent',
    meaning: 'the old record is being withdrawn, so the rotation can no longer be undone',
  },
  'rotation-place-unclear': {
    kind: 'either',
    meaning: 'the configuration that names the signing key cannot be changed',
  },
  'rotation-state-invalid': { kind: 'temporary', meaning: 'the rotation state file cannot be understood' },
  'selector-taken': { kind: 'permanent', meaning: 'every name for the next key is taken' },
  'selectors-do-not-match': { kind: 'permanent', meaning: 'there are more keys than selectors, or fewer' },
  'sending-address-invalid': { kind: 'permanent', meaning: 'the message names no sender that DomainKeys can use' },
  'session-unknown': { kind: 'permanent', meaning: 'the message does not say which client and sender it came from' },
  'several-from': { kind: 'permanent', meaning: 'the message has more than one From field' },
  'several-messages': { kind: 'permanent', meaning: 'the input is an mbox file with several messages' },
  'socket-unusable': { kind: 'temporary', meaning: 'a socket cannot be opened for a service' },
  'spool-failed': { kind: 'temporary', meaning: 'the message cannot be kept in a temporary file' },
  'state-locked': { kind: 'temporary', meaning: 'another run has locked the state file' },
  'too-busy': { kind: 'temporary', meaning: 'as many messages are in hand as may be at once' },
  'too-many-signed-fields': {
    kind: 'permanent',
    meaning: 'the message has too many fields to list in a DomainKeys signature',
  },
  'unsafe-domain': {
    kind: 'permanent',
    meaning: 'the From domain is not a host name, so it cannot be part of a key path',
  },
  usage: { kind: 'either', meaning: 'the command line is wrong' },
  'user-unknown': { kind: 'temporary', meaning: 'a service cannot become the user that it is to run as' },
  'weak-key': { kind: 'temporary', meaning: 'the RSA key is too short to sign with' },
  'worker-failed': { kind: 'temporary', meaning: 'a thread could not be started, or died' },
  'write-failed': { kind: 'temporary', meaning: 'writing the output failed' },
  'zone-too-large': { kind: 'permanent', meaning: 'a zone file is too large' },
  'zone-unreadable': { kind: 'temporary', meaning: 'a zone file cannot be read' },
} as const satisfies Readonly<Record<string, ErrorMeaning>>;

/** Stable, kebab-case. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** The kinds that an error with this code may have. */
export type KindOf<Code extends ErrorCode> = (typeof ERROR_CODES)[Code]['kind'] extends infer Kind
  ? Kind extends 'either'
    ? ErrorKind
    : Kind & ErrorKind
  : never;

/** The codes of errors that may be of this kind. */
export type CodeOf<Kind extends ErrorKind> = {
  [Code in ErrorCode]: Kind extends KindOf<Code> ? Code : never;
}[ErrorCode];
