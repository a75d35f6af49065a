import { Secret } from '../../src/diagnostics/secret.ts';
import { createNeonPlatform } from '../../src/providers/neon/neon-platform.ts';
import { systemClock } from '../../src/util/clock.ts';
import { NeonRig } from '../support/neon-rig.ts';
import { testNeonDatabase } from '../support/test-database.ts';
import { describeDatabasePlatform } from './database-platform.suite.ts';
import { UNPACED } from '../support/unpaced.ts';

const ALL = {
  makes: true,
  restorePoints: true,
  moments: true,
  preserves: { isBranch: true },
  branches: true,
} as const;

describeDatabasePlatform('Neon', ALL, async () => {
  const rig = await NeonRig.start();
  const platform = createNeonPlatform({
    apiBaseUrl: `${rig.url}/api/v2`,
    token: new Secret(rig.token),
    tokenName: 'NEON_API_KEY',
    fetch: async (url, init) => fetch(url, init),
    clock: systemClock,
    random: Math.random,
    pacer: UNPACED,
    timing: { pollMs: 20, retryBaseMs: 20 },
  });
  return {
    platform,
    database: async (name) => Promise.resolve(testNeonDatabase({ platformName: name, project: 'shop' })),
    [Symbol.asyncDispose]: async () => rig[Symbol.asyncDispose](),
  };
});
