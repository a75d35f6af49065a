import { containerChecks } from '../../src/cli/checks/container/container-checks.ts';
import { BASE_IMAGE } from '../support/docker.ts';
import { resolvedCheck } from '../support/projects.ts';

// A process that runs a check in a container, for tests to kill: prints what the check prints.
const [, , root = ''] = process.argv;
const { execute } = containerChecks({
  root,
  container: { dockerfile: null, target: null, image: BASE_IMAGE },
  env: process.env,
  command: null,
  redact: (text) => text,
});
await execute({
  check: resolvedCheck('held', { command: 'echo begun; sleep 600', where: 'container', timeoutMs: 600_000 }),
  root,
  env: {},
  signal: new AbortController().signal,
  onLine: (line) => console.log(line),
});
