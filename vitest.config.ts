import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import './test/support/hermetic.ts';

export default defineConfig({
  test: {
    // The tests import the sources, and one of those is generated.
    globalSetup: 'scripts/compile-wat.mjs',
    // A copy of the tests lies there after `npm run mutate`.
    exclude: ['**/node_modules/**', 'build/**'],
    // Much of the time goes into waiting for the programs that are run.
    maxWorkers: availableParallelism() + 1,
    // Files share the modules that they load: no test leaves anything behind in one.
    isolate: false,
    // A busy machine is no fault.
    testTimeout: 30_000,
    // Of what runs in this process: `npm run coverage`. Programs that are spawned are not counted, so entries are left out.
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/entry/**', 'src/console/qmail/**'],
      reporter: ['text-summary', 'json-summary'],
      reportsDirectory: 'build/coverage',
      reportOnFailure: true,
      // In percent, just below what is reached.
      thresholds: {
        'src/lib/**': { lines: 97, statements: 96, functions: 98, branches: 92 },
        'src/commands/**': { lines: 95, statements: 93, functions: 95, branches: 86 },
        'src/console/**': { lines: 91, statements: 90, functions: 92, branches: 84 },
      },
    },
  },
});
