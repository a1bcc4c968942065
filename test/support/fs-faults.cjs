/** For `node --require`: calls of node:fs that fail. FS_FAULTS is `renameSync EIO \.tmp$`, more of them with commas between. */
const fs = require('node:fs');

for (const fault of (process.env.FS_FAULTS ?? '').split(',')) {
  const [call, code, pattern] = fault.split(' ');
  if (call === '') continue;
  const real = fs[call];
  fs[call] = (from, ...rest) => {
    if (new RegExp(pattern).test(from)) throw Object.assign(new Error(code), { code });
    return real(from, ...rest);
  };
}
