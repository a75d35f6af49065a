import { expect, test } from 'vitest';
import type { ResolvedEnvironment } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Verdict } from '../../migrations/verdict/rollback-verdict.ts';
import type { Json } from '../../util/json.ts';
import { stepRig, type StepRig } from '../../../test/support/step-rig.ts';
import { sayingForwardOnly } from './say-forward-only.ts';

const migrate = { command: 'x', runs: 'runner', timeoutMs: 1, files: [], lockTimeoutMs: 1, attempts: 1 };
const ENVIRONMENT = {
  name: 'live',
  apps: [],
  databases: [{ name: 'main', migrate }],
} as unknown as ResolvedEnvironment;

function rig(verdict: Verdict, hasMigrated: boolean): StepRig {
  const probe = {
    database: 'main',
    verdict: { from: 'r-1', verdict, reasons: ['It reads a column that is gone.'], cells: [], changes: [] },
  };
  const outputs = { 'probe:main': { probe } as Json, ...(hasMigrated ? { 'migrate:main': {} } : {}) };
  const step = stepRig({ environment: ENVIRONMENT, action: { kind: 'deploy', app: 'web' }, outputs });
  step.history.saveRelease({ id: 'r-1', commit: 'a', ref: 'main', digests: {} }, 1);
  step.history.record({
    environment: 'live',
    release: { id: 'r-1', commit: 'a', ref: 'main', digests: {} },
    runId: 'run-0',
    at: 1,
    by: 'ada',
    action: 'deploy',
  });
  return step;
}

async function failing({
  deps,
  context,
  lines,
}: StepRig): Promise<{ hint: string; lines: readonly string[] }> {
  const step = sayingForwardOnly(deps, {
    execute: () => Promise.reject(new ToolError('DEPLOY_UNHEALTHY', 'It is not healthy.', { hint: 'Look.' })),
    undo: () => Promise.resolve(),
  });
  const error = (await step.execute(context).catch((thrown: unknown) => thrown)) as ToolError;
  await step.undo?.(context);
  return { hint: error.hint ?? '', lines };
}

test('a release that is put back on a schema that it does not bear is put back, and it is said loudly', async () => {
  const { hint, lines } = await failing(rig('forward-only', true));
  expect(hint).toBe(
    'NOT SAFE: r-1 runs again on a schema of main that it was shown not to work with. It reads a column that is gone.\nLook.',
  );
  expect(lines[0]).toMatch(/^! NOT SAFE: r-1 runs again/);
});

test('nothing is said where it bears the schema, or before the migration', async () => {
  expect(await failing(rig('code-only', true))).toEqual({ hint: 'Look.', lines: [] });
  expect(await failing(rig('forward-only', false))).toEqual({ hint: 'Look.', lines: [] });
});
