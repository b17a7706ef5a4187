import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    include: ['test/**/*.test.ts'],
    exclude: ['test/deep/**'],
    setupFiles: ['test/helpers/property-seed.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    maxWorkers: 2,
  },
});
