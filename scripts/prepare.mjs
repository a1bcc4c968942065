// npm runs this when it has installed the packages of a checkout, which builds then; without the build tools there is nothing to
// build with. It is not called `prepare` in package.json, since npm would warn whoever installs dktool of a script that wants to run.
import { existsSync } from 'node:fs';

const tools = ['esbuild', 'typescript', 'wabt'].filter(
  (name) => !existsSync(new URL(`../node_modules/${name}`, import.meta.url)),
);
if (tools.length > 0)
  console.log(
    `prepare: not building, since ${tools.join(' and ')} is not installed (npm ci without --omit=dev builds)`,
  );
else await import('./build.mjs');
