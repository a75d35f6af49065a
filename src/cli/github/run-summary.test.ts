import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shop } from '../../../test/support/projects.ts';
import type { RunStatus, StepStatus } from '../../engine/events.ts';
import { planTrigger } from '../../plan/plan-trigger.ts';
import type { StepModel } from '../views/run/run-model.ts';
import { deploymentComment, rowsIn, type CommentRow } from './deployment-comment.ts';
import { outcomeOf, stateOf, statusWords, type RunFacts } from './run-facts.ts';
import { runSummary } from './run-summary.ts';

const PLAN = planTrigger(
  shop(),
  { kind: 'pull-request', number: 42, action: 'closed' },
  { environments: {} },
);

function stepsAs(states: Readonly<Record<string, StepStatus>>): StepModel[] {
  return (PLAN.deployments[0]?.steps ?? []).map(({ id, title }) => ({
    id,
    title,
    status: states[id] ?? 'pending',
    attempt: 1,
    startedAt: 1_000,
    finishedAt: states[id] === undefined ? null : 2_500,
    tail: [],
    error: null,
  }));
}

function facts(change: Partial<RunFacts> = {}, model: Partial<RunFacts['model']> = {}): RunFacts {
  return {
    plan: PLAN,
    action: 'deploy',
    environment: 'review/pr-42',
    commit: 'a'.repeat(40),
    release: 'r-aaaaaaa-1f2e',
    before: 'r-bbbbbbb-0000',
    urls: { web: 'https://shop.fly.dev' },
    runUrl: 'https://github.com/octo/shop/actions/runs/7',
    repositoryUrl: 'https://github.com/octo/shop',
    by: 'mona',
    notes: [],
    model: {
      runId: 'run-mabc',
      title: 'deploy r-aaaaaaa-1f2e to staging',
      status: 'succeeded',
      behind: null,
      startedAt: 0,
      finishedAt: 61_000,
      isUndoing: false,
      error: null,
      steps: stepsAs({ 'destroy-app:api': 'succeeded' }),
      ...model,
    },
    ...change,
  };
}

describe('the summary of a job', () => {
  test('says how it ended, what is where, and draws the plan as it went', () => {
    const text = runSummary(facts());
    expect(text).toContain('deploy r\\-aaaaaaa\\-1f2e to staging: ✅ live');
    expect(text).toContain('| Release | `r-aaaaaaa-1f2e` |');
    expect(text).toContain('[shop\\.fly\\.dev](https://shop.fly.dev/)');
    expect(text).toContain('[aaaaaaa](https://github.com/octo/shop/commit/');
    expect(text).toContain('```mermaid\nflowchart TD');
    expect(text).toContain('e1_destroy_app_api["✓ Destroy api"]:::done');
    expect(text).toContain('| ✅ | Destroy api | 1.5 s |');
    expect(text).toContain('| Environment | review/pr\\-42 |\n| --- | --- |\n| Release |');
    expect(text).toContain('| Status | Step | Took | Error |');
  });

  test('of a failure says what happened, what was printed, and what to do', () => {
    const error = {
      code: 'MIGRATION_FAILED',
      message: 'The migration failed: mix ecto.migrate',
      hint: 'No app was changed.\nMend it.',
      output: ['** (Postgrex.Error) ``` <b>boom</b>'],
    };
    const text = runSummary(facts({}, { status: 'failed', error }));
    expect(text).toContain('❌ failed');
    expect(text).toContain('### The migration failed: mix ecto\\.migrate');
    expect(text).toContain('````text\n** (Postgrex.Error) ``` <b>boom</b>\n````');
    expect(text).toContain('- Mend it\\.');
    expect(text).toContain('`MIGRATION_FAILED`');
  });

  test('is never longer than GitHub shows', () => {
    const steps = Array.from({ length: 9_000 }, (_, index): StepModel => ({
      ...(stepsAs({})[0] as StepModel),
      id: `step:${index}`,
      title: 'x'.repeat(150),
    }));
    expect(Buffer.byteLength(runSummary(facts({}, { steps })))).toBeLessThan(1024 * 1024);
  });
});

describe('a status', () => {
  test.each<[RunStatus, string, string]>([
    ['queued', 'queued', 'Waits for its turn'],
    ['running', 'in_progress', '1/5 Destroy web'],
    ['succeeded', 'success', 'r-aaaaaaa-1f2e is live in 1 min 01 s'],
    ['cancelled', 'failure', 'Cancelled; its changes were undone'],
    ['interrupted', 'error', 'Stopped at Destroy web; the next run resumes it or rolls it back'],
    ['waiting', 'inactive', 'Waits: Destroy web'],
    ['superseded', 'inactive', 'A newer run took its place'],
  ])('of a run that is %s', (status, state, words) => {
    const { model } = facts(
      {},
      { status, steps: stepsAs({ 'destroy-app:api': 'succeeded', 'destroy-app:web': 'running' }) },
    );
    expect(stateOf(model, 'deploy')).toBe(state);
    expect(statusWords({ model, release: 'r-aaaaaaa-1f2e', action: 'deploy' })).toBe(words);
  });

  test('of a failure is an error where something could not be put back', () => {
    const { model } = facts({}, { status: 'failed', steps: stepsAs({ 'destroy-app:api': 'undo-failed' }) });
    expect(stateOf(model, 'deploy')).toBe('error');
    expect(statusWords({ model, release: null, action: 'deploy' })).toBe('Failed, NOT restored: Destroy api');
    expect(stateOf({ ...model, steps: stepsAs({ 'destroy-app:api': 'undone' }) }, 'deploy')).toBe('failure');
  });

  test('of what was destroyed says that it was removed, and links to nothing', () => {
    const gone = facts({ action: 'destroy', release: null });
    expect(stateOf(gone.model, 'destroy')).toBe('inactive');
    expect(statusWords(gone)).toBe('Removed in 1 min 01 s');
    expect(runSummary(gone)).toContain('to staging: 🗑 removed');
    const failed = facts({ action: 'destroy' }, { status: 'failed' });
    expect(stateOf(failed.model, 'destroy')).toBe('failure');
    expect(outcomeOf('failed', 'destroy')).toBe('failed');
    expect(outcomeOf('succeeded', 'deploy')).toBe('succeeded');
  });

  test('says that what ran before is being put back', () => {
    const { model } = facts(
      {},
      { status: 'running', isUndoing: true, steps: stepsAs({ 'destroy-app:api': 'undoing' }) },
    );
    expect(statusWords({ model, release: null, action: 'deploy' })).toBe(
      'Puts back what ran before: Destroy api',
    );
  });
});

describe('the comment of a pull request', () => {
  const row = (change: Partial<CommentRow> = {}): CommentRow => ({
    environment: 'staging',
    release: 'r-aaaaaaa-1f2e',
    url: 'https://shop.fly.dev',
    status: 'succeeded',
    words: 'is live',
    log: 'https://github.com/octo/shop/actions/runs/7',
    at: 1_000_000,
    ...change,
  });

  test('has one line for each environment, as it stands now', () => {
    const first = deploymentComment(null, row());
    expect(first).toContain('| Environment | Release | Address | Status | Details | When |');
    const second = deploymentComment(
      first,
      row({ environment: 'production', status: 'running', at: 2_000_000 }),
    );
    const third = deploymentComment(second, row({ status: 'failed', words: 'HEALTH_FAILED', at: 3_000_000 }));
    expect(rowsIn(third).map(({ environment, status }) => [environment, status])).toEqual([
      ['production', 'running'],
      ['staging', 'failed'],
    ]);
    expect(third.match(/^\| staging /gm)).toHaveLength(1);
    expect(third.startsWith('<!-- glidepath:deployments -->')).toBe(true);
  });

  test('says of a review app that it was removed, without an address', () => {
    const gone = row({
      environment: 'review/pr-42',
      status: 'removed',
      url: null,
      words: 'Removed in 0.5 s',
    });
    const body = deploymentComment(deploymentComment(null, row({ environment: 'review/pr-42' })), gone);
    expect(body).toContain('[🗑 removed](https://github.com/octo/shop/actions/runs/7)');
    expect(body).not.toContain('shop.fly.dev');
    expect(rowsIn(body)).toEqual([gone]);
  });

  test('comes back as it was written, whatever stands in it, and cannot be ended by it', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.constantFrom('-->', '| a |', '@everyone', '<script>', '<!-- glidepath:deployments -->'),
    );
    fc.assert(
      fc.property(text, text, (environment, words) => {
        const body = deploymentComment(null, row({ environment, words }));
        expect(rowsIn(body)).toEqual([row({ environment, words })]);
        expect(body.match(/<!--/g)).toHaveLength(2);
        expect(body.match(/-->/g)).toHaveLength(2);
      }),
    );
  });

  test.each([
    ['that somebody spoilt', '<!-- glidepath:rows AAAA -->'],
    [
      'with rows of another form',
      `<!-- glidepath:rows ${Buffer.from('[{"environment":1}]').toString('base64')} -->`,
    ],
    [
      'with a status of its own',
      `<!-- glidepath:rows ${Buffer.from(JSON.stringify([{ ...row(), status: '<img>' }])).toString('base64')} -->`,
    ],
    [
      'with a time beyond all calendars',
      `<!-- glidepath:rows ${Buffer.from(JSON.stringify([{ ...row(), at: Number.MAX_SAFE_INTEGER }])).toString('base64')} -->`,
    ],
    ['without rows', 'hello'],
  ])('%s is begun anew', (_, body) => {
    expect(rowsIn(body)).toEqual([]);
    expect(rowsIn(deploymentComment(body, row()))).toEqual([row()]);
  });
});
