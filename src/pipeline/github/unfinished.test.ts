import { describe, expect, test } from 'vitest';
import type { HostDeploymentState, HostWorkflowRun } from '../../providers/code-host.ts';
import type { DeploymentPayload } from './deployment-payload.ts';
import {
  isAlive,
  isTerminal,
  STALE_MS,
  takeOver,
  unfinishedOf,
  type FoundDeployment,
  type NextRun,
} from './unfinished.ts';

const COMMIT = 'a'.repeat(40);
const LEFT: DeploymentPayload = {
  glidepath: 1,
  project: 'shop',
  run: 'run-dead',
  action: 'deploy',
  actions: { run: 7, attempt: 1, job: 'deploy' },
  pullRequest: null,
  commit: COMMIT,
  ref: 'main',
  by: 'mona',
  approval: null,
  apps: null,
  live: 'r-bbbbbbb-0000',
  digests: { web: 'sha256:1', worker: 'sha256:2' },
  back: null,
  restorePoints: [],
  made: [],
  seeded: [],
  restored: null,
  migrated: [],
  probes: [],
  before: {},
  migrations: null,
  settings: null,
  dropped: [],
};

const found = (
  id: number,
  state: HostDeploymentState,
  change: Partial<DeploymentPayload> = {},
): FoundDeployment => ({
  id,
  environment: 'staging',
  creator: 'github-actions[bot]',
  payload: { ...LEFT, run: `run-${id}`, ...change },
  state,
  description: '',
  logUrl: null,
  at: id,
});

const workflowRun = (change: Partial<HostWorkflowRun> = {}): HostWorkflowRun => ({
  id: 7,
  attempt: 1,
  path: '.github/workflows/deploy-staging.yml',
  event: 'push',
  status: 'in_progress',
  conclusion: null,
  headSha: COMMIT,
  headBranch: 'main',
  actor: 'mona',
  title: '',
  url: '',
  ...change,
});

describe('whether somebody still works on a deployment', () => {
  const other = { actions: { run: 8, attempt: 1, job: 'deploy' }, now: 10 };

  test('is what GitHub says of its run, and of the attempt that it belongs to', () => {
    expect(isAlive(found(1, 'in_progress'), workflowRun(), other)).toBe(true);
    expect(isAlive(found(1, 'in_progress'), workflowRun({ status: 'queued' }), other)).toBe(true);
    expect(isAlive(found(1, 'in_progress'), workflowRun({ status: 'completed' }), other)).toBe(false);
    expect(isAlive(found(1, 'in_progress'), workflowRun({ attempt: 2 }), other)).toBe(false);
    expect(isAlive(found(1, 'in_progress'), null, other)).toBe(false);
  });

  test('is no question for an earlier step of the very same job', () => {
    const own = { actions: { run: 7, attempt: 1, job: 'deploy' }, now: 10 };
    expect(isAlive(found(1, 'in_progress'), workflowRun(), own)).toBe(false);
    const beside = { actions: { run: 7, attempt: 1, job: 'deploy-eu' }, now: 10 };
    expect(isAlive(found(1, 'in_progress'), workflowRun(), beside)).toBe(true);
  });

  test('is told outside GitHub Actions by when it last said something', () => {
    const laptop = found(1_000, 'in_progress', { actions: null });
    expect(isAlive(laptop, null, { actions: null, now: 1_000 + STALE_MS - 1 })).toBe(true);
    expect(isAlive(laptop, null, { actions: null, now: 1_000 + STALE_MS })).toBe(false);
  });
});

describe('what was left half done', () => {
  test('is whatever ended in error after the last one that succeeded, newest first', () => {
    const all = [
      found(5, 'error'),
      found(4, 'failure'),
      found(3, 'error'),
      found(2, 'success'),
      found(1, 'error'),
    ];
    expect(unfinishedOf(all).map(({ id }) => id)).toEqual([5, 3]);
  });

  test('is not mended by one that was limited to some apps', () => {
    const all = [found(2, 'success', { action: 'rollback', apps: ['web'] }), found(1, 'error')];
    expect(unfinishedOf(all).map(({ id }) => id)).toEqual([1]);
  });

  test.each<[HostDeploymentState, boolean]>([
    ['queued', false],
    ['pending', false],
    ['in_progress', false],
    ['success', true],
    ['failure', true],
    ['error', true],
    ['inactive', true],
  ])('%s ends a deployment: %s', (state, ends) => {
    expect(isTerminal(state)).toBe(ends);
  });
});

describe('the next run', () => {
  const next = (change: Partial<NextRun> = {}): NextRun => ({
    action: 'deploy',
    commit: COMMIT,
    apps: null,
    digests: null,
    ...change,
  });
  const live = { descends: false, hasLive: true };

  test('of the same commit goes on with the one that died', () => {
    expect(takeOver(LEFT, next(), live)).toEqual({ kind: 'resume', run: 'run-dead' });
    const promoted = { ...LEFT, action: 'promote' } as const;
    const digests = { worker: 'sha256:2', web: 'sha256:1' };
    expect(takeOver(promoted, next({ action: 'promote', digests }), live).kind).toBe('resume');
  });

  test('of other digests of the same commit does not', () => {
    const promoted = { ...LEFT, action: 'promote' } as const;
    const digests = { worker: 'sha256:2', web: 'sha256:9' };
    expect(takeOver(promoted, next({ action: 'promote', digests }), { ...live, descends: true }).kind).toBe(
      'over',
    );
  });

  test('of a commit that contains it goes over it', () => {
    expect(takeOver(LEFT, next({ commit: 'c'.repeat(40) }), { ...live, descends: true }).kind).toBe('over');
  });

  test('that goes back goes over it; one of some apps first puts everything back', () => {
    const rollback = next({ action: 'rollback', commit: 'b'.repeat(40), digests: {} });
    expect(takeOver(LEFT, rollback, live).kind).toBe('over');
    expect(takeOver(LEFT, { ...rollback, apps: ['web'] }, live).kind).toBe('undo');
  });

  test('of another commit, or that does not deploy at all, first puts back what ran', () => {
    expect(takeOver(LEFT, next({ commit: 'c'.repeat(40) }), live).kind).toBe('undo');
    expect(takeOver(LEFT, next({ action: 'scale' }), { ...live, descends: true }).kind).toBe('undo');
    expect(takeOver(LEFT, next({ action: 'restore' }), { ...live, descends: true }).kind).toBe('undo');
  });

  test('goes over it where nothing was live before', () => {
    expect(takeOver(LEFT, next({ commit: 'c'.repeat(40) }), { descends: false, hasLive: false }).kind).toBe(
      'over',
    );
  });
});
