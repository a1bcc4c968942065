// What may fail under a program: each fault is a way to start it.
const READS = 'read,pread64,readv';
const reading = ({ stdin }) => stdin !== undefined;
/** These calls on a file fail. */
const failing = (call, errno, path, when = '1+') => ({
  // Programs name files of the directory as they are, or by their whole path.
  strace: [
    '-P',
    path,
    '-P',
    path.replace('%SITE%/', ''),
    '-e',
    `trace=${call}`,
    '-e',
    `inject=${call}:error=${errno}:when=${when}`,
  ],
});
const NEEDS_ROOM = ['openat', 'write', 'writev', 'link', 'rename', 'symlink', 'mkdir'];
const WRITES = ['write', 'writev', 'fsync', 'ftruncate'];
const CHANGES = [...NEEDS_ROOM, 'fsync', 'fchmod', 'fchown', 'unlink', 'ftruncate'];

/**
 * name: as the table has it. start: how a program of a site is started. applies: to which programs; all by default. may: what
 * may come of it besides being done and being put off: `killed`, by the signal; `dead`, Node.js itself gave up. mute: nobody
 * is there to read a sentence. varies, judges: the product is another, since it tells the time or the trouble.
 */
export const FAULTS = [
  { name: 'nothing', start: () => ({}) },
  // what is written: `each` is tried at every such call below the directory, one after the other
  ...['ENOSPC', 'EDQUOT'].map((errno) => ({
    name: `${errno} at each call that needs room`,
    each: { calls: NEEDS_ROOM, inject: `error=${errno}` },
  })),
  { name: 'EIO at each call that writes', each: { calls: [...WRITES, 'rename', 'link'], inject: 'error=EIO' } },
  { name: 'EINTR at each write', each: { calls: ['write', 'writev'], inject: 'error=EINTR' } },
  {
    name: 'SIGKILL at each call that changes something',
    each: { calls: CHANGES, inject: 'signal=KILL' },
    may: ['killed'],
  },
  {
    name: 'SIGTERM at each call that changes something',
    each: { calls: CHANGES, inject: 'signal=TERM' },
    may: ['killed'],
  },
  { name: 'stdout is /dev/full', applies: ({ writes }) => writes === 'stdout', start: () => ({ shell: '>/dev/full' }) },
  { name: 'stdout is closed', applies: ({ writes }) => writes === 'stdout', start: () => ({ shell: '>&-' }) },
  { name: 'stderr is closed', mute: true, start: () => ({ shell: '2>&-' }) },
  { name: 'descriptors 0 to 2 are closed', mute: true, start: () => ({ shell: '<&- >&- 2>&-' }), statuses: [100] },
  {
    name: 'the reader has gone (SIGPIPE)',
    applies: ({ writes }) => writes === 'stdout',
    mute: true,
    start: () => ({ reader: 'gone' }),
  },
  { name: 'the reader is slow', applies: ({ writes }) => writes === 'stdout', start: () => ({ reader: 'slow' }) },
  { name: 'a file may have 8 KiB (SIGXFSZ)', start: () => ({ prelude: 'ulimit -f 8' }), may: ['killed'] },
  {
    name: 'the directory may not be written',
    asUser: true,
    applies: ({ startsOthers }) => !startsOthers,
    prepare: 'chmod 555 . keys/example.com',
    start: () => ({}),
  },
  // what is read
  ...['EIO', 'EINTR'].map((errno) => ({
    name: `${errno} when stdin is read`,
    applies: reading,
    start: (site, { stdin }) => failing(READS, errno, `${site}/${stdin}`, errno === 'EINTR' ? '1' : '1+'),
  })),
  { name: 'stdin is closed', applies: reading, start: () => ({ shell: '<&-' }), statuses: [100] },
  ...['key', 'zone.json', 'keys/example.com/default', 'in.eml'].flatMap((file) =>
    ['EMFILE', 'EACCES', 'EIO'].map((errno) => ({
      name: `${errno} when ${file} is opened`,
      applies: ({ args, name }) =>
        args.includes(file) || (name.startsWith('dktool-') && !['key', 'in.eml'].includes(file)),
      statuses: errno === 'EACCES' && file === 'in.eml' ? [100] : [],
      start: (site) => failing('openat', errno, `${site}/${file}`),
    })),
  ),
  {
    name: 'ENOMEM when stdin is read',
    applies: reading,
    start: (site, { stdin }) => failing(READS, 'ENOMEM', `${site}/${stdin}`),
  },
  // the machine
  { name: 'TMPDIR does not exist', start: () => ({ env: { TMPDIR: '/nowhere' } }) },
  { name: 'HOME is read-only', prepare: 'chmod 555 home', start: () => ({}) },
  {
    name: 'no environment but PATH and LANG=C',
    start: () => ({ env: { LANG: 'C', HOME: undefined, TMPDIR: undefined } }),
  },
  { name: '1 GiB of address space', start: () => ({ prelude: 'ulimit -v 1048576' }), may: ['dead'] },
  { name: '24 descriptors', start: () => ({ prelude: 'ulimit -n 24' }), may: ['dead'] },
  {
    name: 'ENOMEM for memory, from the 60th request on',
    start: () => ({ strace: ['-e', 'trace=mmap', '-e', 'inject=mmap:error=ENOMEM:when=60+'] }),
    may: ['dead'],
  },
  {
    name: 'no threads (EAGAIN)',
    start: () => ({ strace: ['-e', 'trace=clone,clone3', '-e', 'inject=clone,clone3:error=EAGAIN'] }),
    may: ['dead'],
  },
  { name: 'no /proc', root: true, start: () => ({ machine: 'umount -l /proc' }), may: ['dead'] },
  { name: 'no /dev/shm', root: true, start: () => ({ machine: 'mount -t tmpfs -o ro tmpfs /dev/shm' }) },
  {
    name: 'no /etc/resolv.conf',
    root: true,
    start: () => ({ machine: 'cp -a /etc "$SITE/etc" && rm "$SITE/etc/resolv.conf" && mount --bind "$SITE/etc" /etc' }),
  },
  // time
  ...[0, 4_102_444_800].map((seconds) => ({
    name: `the clock stands at ${seconds === 0 ? '1970' : '2100'}`,
    varies: true,
    start: () => ({ clock: seconds }),
  })),
  { name: 'the clock jumps back and forth', varies: true, statuses: [1], start: () => ({ clock: 'jumps' }) },
  // signals
  ...['TERM', 'HUP', 'INT', 'KILL'].map((signal) => ({
    name: `SIG${signal} while stdin is read`,
    applies: reading,
    may: ['killed'],
    start: (site, { stdin }) => ({
      strace: ['-P', `${site}/${stdin}`, '-e', `trace=${READS}`, '-e', `inject=${READS}:signal=${signal}:when=1`],
    }),
  })),
  { name: 'the parent ignores SIGCHLD', start: () => ({ prelude: "trap '' CHLD" }) },
  { name: 'the parent blocks SIGCHLD', start: () => ({ blocked: ['SIGCHLD'] }) },
  { name: 'the parent ignores SIGPIPE', start: () => ({ prelude: "trap '' PIPE" }) },
  {
    name: 'the parent blocks SIGTERM, SIGCHLD and SIGALRM',
    start: () => ({ blocked: ['SIGTERM', 'SIGCHLD', 'SIGALRM'] }),
  },
  { name: 'umask 0', start: () => ({ prelude: 'umask 0' }) },
  { name: 'umask 0777', varies: true, start: () => ({ prelude: 'umask 0777' }), asUser: true },
  // DNS
  ...['silent', 'refusing', 'lying', 'closing', 'slow'].map((server) => ({
    name: `the name server is ${server === 'closing' ? 'closing TCP connections' : server === 'slow' ? 'slow: an octet a second over TCP' : server}`,
    applies: ({ asks }) => asks !== undefined,
    judges: true,
    start: () => ({ server }),
  })),
];
