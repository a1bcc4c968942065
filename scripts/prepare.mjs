// npm runs this after an install. In a checkout with the build tools it builds; without them there is nothing to build with.
import { existsSync } from 'node:fs';

const tools = ['esbuild', 'typescript', 'wabt'].filter(
  (name) => !existsSync(new URL(`../node_modules/${name}`, import.meta.url)),
);
if (tools.length > 0)
  console.log(
    `prepare: not building, since ${tools.join(' and ')} is not installed (npm ci without --omit=dev builds)`,
  );
else await import('./build.mjs');
