import { configDefaults, defineConfig } from 'vitest/config';
import { SECOND_TRY, SecondTries } from './test/support/second-tries.ts';
import { SlowestFirst } from './test/support/slowest-first.ts';

/** A machine that is busy with other tests may not come back to one for seconds; a limit is for what never comes. */
const PATIENT = { poll: { timeout: 20_000 } };

/** Packages that import JSON as no Node allows (actions/languageservices#387): Vite reads them instead. */
const READ_BY_VITE = { deps: { inline: [/@actions\//] } };

/** At home a test that fails is looked at; on CI the others go on, and it is named at the end. */
const AGAIN_ON_CI = process.env['CI'] === 'true' ? { retry: SECOND_TRY } : {};

// Three projects, fast ones first. Each may also be run alone: `npx vitest run --project unit`.
export default defineConfig({
  test: {
    reporters: [...configDefaults.reporters, new SecondTries()],
    sequence: { sequencer: SlowestFirst },
    projects: [
      {
        // They name source maps that they do not bring along.
        logLevel: 'error',
        test: {
          name: 'unit',
          expect: PATIENT,
          server: READ_BY_VITE,
          include: ['src/**/*.test.ts', 'test/architecture.test.ts', 'test/golden/**/*.test.ts'],
          testTimeout: 60_000,
          // They compute. vitest leaves one core to itself unless told otherwise: on two cores it would be one worker.
          maxWorkers: '100%',
          // Many small files that share most of their modules: to load those for each anew takes longer than the tests.
          // No test leaves a variable, a mock or a listener behind.
          isolate: false,
        },
      },
      {
        logLevel: 'error',
        test: {
          name: 'contract',
          expect: PATIENT,
          ...AGAIN_ON_CI,
          server: READ_BY_VITE,
          include: ['test/contract/**/*.test.ts'],
          globalSetup: ['test/support/exchange-check.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          // They wait, for rate limits and for checks, more than they compute.
          maxWorkers: 3,
        },
      },
      {
        test: {
          name: 'e2e',
          expect: PATIENT,
          ...AGAIN_ON_CI,
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/packed-cli.ts', 'test/support/exchange-check.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          // As above, and for more: servers that start, health checks, drains. None shares a port or a directory with another.
          maxWorkers: 4,
        },
      },
    ],
  },
});
