// Runs checks in a checkout that is there already, as another process: started by the tests of what runs tell each other.
import { selectChecks } from '../../src/checks/select-checks.ts';
import { runChecks } from '../../src/checks/run-checks.ts';
import type { CommandContext } from '../../src/cli/command-context.ts';
import { openChecks } from '../../src/cli/checks/open-checks.ts';
import { createVault } from '../../src/cli/platforms/secret-vault.ts';
import type { ResolvedCheck } from '../../src/config/resolved.ts';
import { checkoutEnvironment } from './checkout-rig.ts';
import { project } from './projects.ts';

const [root = '', written = '[]', isCacheless] = process.argv.slice(2);
const checks = JSON.parse(written) as readonly ResolvedCheck[];
const env = checkoutEnvironment(root);
const deps = await openChecks({ env, isLocal: false, cloudOfJob: null } as unknown as CommandContext, {
  project: project([], { checks }),
  root,
  checkout: root,
  checks,
  vault: createVault(env),
  isCacheless: isCacheless === 'true',
  commit: null,
  onWarning: (sentence) => void process.stderr.write(`${sentence}\n`),
});
await runChecks({ ...deps, capacity: 2 }, selectChecks(checks, { only: null, isFast: false }), {
  root,
  signal: new AbortController().signal,
  onEvent: () => undefined,
  isKeepGoing: false,
  isForce: false,
  isWatched: false,
});
