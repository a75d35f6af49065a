import { DatabaseSync } from 'node:sqlite';
import { Secret } from '../../src/diagnostics/secret.ts';
import { createHistory } from '../../src/pipeline/history.ts';
import { withProbeBranch } from '../../src/pipeline/probe/probe-branch.ts';
import { createNeonPlatform } from '../../src/providers/neon/neon-platform.ts';
import { systemClock } from '../../src/util/clock.ts';
import { testNeonDatabase } from '../support/test-database.ts';
import { UNPACED } from '../support/unpaced.ts';

// Makes a branch for a probe, says so, and never comes to an end: it is killed.
const [file = '', url = '', token = ''] = process.argv.slice(2);
const platform = createNeonPlatform({
  apiBaseUrl: `${url}/api/v2`,
  token: new Secret(token),
  tokenName: 'NEON_API_KEY',
  fetch: async (address, init) => fetch(address, init),
  clock: systemClock,
  random: Math.random,
  pacer: UNPACED,
  timing: { pollMs: 20, retryBaseMs: 20 },
});
await withProbeBranch(
  {
    databasePlatformOf: () => platform,
    history: createHistory(new DatabaseSync(file)),
    clock: systemClock,
    random: Math.random,
    hide: () => undefined,
  },
  { environment: 'staging', database: testNeonDatabase(), keep: false },
  {
    idempotencyKey: 'held',
    signal: new AbortController().signal,
    once: async (_key, fn) => fn(),
    recorded: () => undefined,
    log: () => undefined,
  },
  async ({ name }) => {
    process.stdout.write(`${name}\n`);
    await new Promise(() => undefined);
  },
);
