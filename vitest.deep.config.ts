import { defineConfig } from 'vitest/config';

/** The suites that kill processes, or read a hundred thousand inputs: minutes, not seconds. */
export default defineConfig({
  test: {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    include: ['test/deep/**/*.test.ts'],
    setupFiles: ['test/helpers/property-seed.ts'],
    testTimeout: 600_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
