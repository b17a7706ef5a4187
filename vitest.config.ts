import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    include: ['test/**/*.test.ts'],
    exclude: ['test/deep/**'],
    setupFiles: ['test/helpers/property-seed.ts'],
    // They end what hangs, and nothing else: a machine that is ten times as busy as one should be keeps within them.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
