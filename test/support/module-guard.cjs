// Loaded with --require: when the process ends, writes what it has loaded to the file that MODULE_GUARD names.
const { writeFileSync } = require('node:fs');

process.on('exit', () => {
  const native = process.moduleLoadList
    .filter((entry) => entry.startsWith('NativeModule '))
    .map((entry) => entry.slice('NativeModule '.length));
  const files = Object.keys(require.cache).filter((file) => file !== __filename);
  writeFileSync(process.env.MODULE_GUARD, JSON.stringify({ native, files }));
});
