import { defineConfig } from 'vitest/config';

// Four projects, fast ones first. Each may also be run alone: `npx vitest run --project unit`.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/architecture.test.ts', 'test/golden/**/*.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          globalSetup: ['test/support/exchange-check.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // They wait, for rate limits and for checks, more than they compute.
          maxWorkers: 3,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/packed-cli.ts', 'test/support/exchange-check.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // As above; none shares a port or a directory with another.
          maxWorkers: 3,
        },
      },
    ],
  },
});
