import { expect, test } from 'vitest';
import { renderNewsLines } from '../views/github/actions-lines.ts';
import { renderActionsFrame } from '../views/github/actions-frame.ts';
import { NO_ACTIONS, reduceNews, type ActionsModel } from './actions-model.ts';
import { readNews, type ActionsNews } from './actions-news.ts';
import { isGood, isSettled } from './rehearsal-end.ts';

const RUN = {
  id: 7,
  path: '.github/workflows/deploy-staging.yml',
  workflowName: 'Deploy staging',
  title: 'Deploy 1a2b3c4 to staging',
  number: 1,
  attempt: 1,
  event: 'push',
  status: 'queued',
  conclusion: null,
  messages: [],
};
const JOB = {
  id: 70,
  runId: 7,
  name: 'Deploy',
  status: 'queued',
  conclusion: null,
  why: '',
  environment: null,
};

/** What the control API would tell, each at a second of its own. */
function story(...items: readonly object[]): { models: ActionsModel[]; lines: string } {
  const models = [NO_ACTIONS];
  let lines = '';
  items.forEach((item, index) => {
    const news = readNews(JSON.stringify({ seq: index + 1, ...item })) as ActionsNews;
    const before = models.at(-1) as ActionsModel;
    const after = reduceNews(before, news, (index + 1) * 1000);
    lines += renderNewsLines(news, before, after, {
      color: false,
      isVerbose: false,
      elapsedMs: index * 1000,
    });
    models.push(after);
  });
  return { models, lines };
}

const PUSHED = {
  kind: 'event',
  repository: 'acme/shop',
  event: 'push',
  action: null,
  ref: 'refs/heads/main',
  sha: '1a2b3c4d5e6f',
  about: null,
  verdicts: [
    { path: '.github/workflows/deploy-staging.yml', runId: 7, why: 'push to main' },
    { path: '.github/workflows/ci.yml', runId: null, why: 'the branch is not among its branches' },
    { path: '.github/workflows/review-app.yml', runId: null, why: 'it does not listen to push' },
  ],
};

test('a rehearsal is told as it goes on: who runs and who does not, what failed and what was printed', () => {
  const { lines, models } = story(
    PUSHED,
    { kind: 'run', run: RUN },
    { kind: 'job', job: JOB },
    { kind: 'run', run: { ...RUN, status: 'in_progress' } },
    { kind: 'job', job: { ...JOB, status: 'in_progress' } },
    {
      kind: 'step',
      runId: 7,
      jobId: 70,
      step: { number: 2, name: 'Deploy to staging', status: 'in_progress', conclusion: null },
    },
    { kind: 'log', runId: 7, jobId: 70, step: 2, at: 1, text: 'secret is missing' },
    {
      kind: 'step',
      runId: 7,
      jobId: 70,
      step: { number: 2, name: 'Deploy to staging', status: 'completed', conclusion: 'failure' },
    },
    // Of a step that runs always: it is not what the job failed at.
    { kind: 'log', runId: 7, jobId: 70, step: 3, at: 2, text: 'No files were found' },
    { kind: 'job', job: { ...JOB, status: 'completed', conclusion: 'failure', why: 'a step failed' } },
    { kind: 'run', run: { ...RUN, status: 'completed', conclusion: 'failure' } },
  );
  expect(lines).toBe(`       0 ms  push  refs/heads/main at 1a2b3c4
               ▸ deploy-staging.yml runs
               · ci.yml does not run: the branch is not among its branches
               · 1 other workflow does not listen to push
      4.0 s  Deploy 1a2b3c4 to staging #1 › Deploy started
      9.0 s  ✗ Deploy 1a2b3c4 to staging #1 › Deploy 5.0 s: failed at “Deploy to staging”
                 │ secret is missing
     10.0 s  ✗ Deploy 1a2b3c4 to staging #1 failure in 9.0 s
`);
  const options = { now: 7000, width: 100, rows: null, color: false, tick: 0 };
  expect(renderActionsFrame(models[7] as ActionsModel, options))
    .toBe(`◐ Deploy 1a2b3c4 to staging #1  in progress · 5.0 s
    ◐ Deploy    2.0 s  Deploy to staging
        │ secret is missing
`);
});

const PUSH = { event: 'push', ref: 'refs/heads/main' };

test('it is over when every expected event has come and every run has ended or waits', () => {
  const ended = { ...RUN, status: 'completed', conclusion: 'success' };
  const before = story({ kind: 'run', run: RUN }).models.at(-1) as ActionsModel;
  expect(isSettled(before, [PUSH])).toBe(false);
  expect(isSettled(story(PUSHED).models.at(-1) as ActionsModel, [PUSH])).toBe(false);
  const done = story(PUSHED, { kind: 'run', run: ended }).models.at(-1) as ActionsModel;
  expect(isSettled(done, [PUSH])).toBe(true);
  expect(isSettled(done, [PUSH, { event: 'deployment' }])).toBe(false);
  const waiting = story(PUSHED, { kind: 'run', run: { ...RUN, status: 'waiting' } }).models.at(
    -1,
  ) as ActionsModel;
  expect(isSettled(waiting, [PUSH])).toBe(true);
  expect(waiting.runs.every(isGood)).toBe(true);
  const elsewhere = story(
    { ...PUSHED, ref: 'refs/heads/gh-readonly-queue/main/pr-1' },
    { kind: 'run', run: ended },
  );
  expect(isSettled(elsewhere.models.at(-1) as ActionsModel, [PUSH])).toBe(false);
});

test('a merge does not come after checks that failed', () => {
  const failed = { ...RUN, status: 'completed', conclusion: 'failure', event: 'merge_group' };
  const model = story({ ...PUSHED, event: 'merge_group' }, { kind: 'run', run: failed }).models.at(
    -1,
  ) as ActionsModel;
  expect(isSettled(model, [{ event: 'merge_group' }, PUSH])).toBe(true);
  expect(model.runs.every(isGood)).toBe(false);
});

test('what another version tells besides is passed over', () => {
  expect(readNews('{"kind":"weather","seq":1}')).toBeNull();
});

test('what was cancelled in favour of something newer, and runs of before, are none of it', () => {
  const old = { ...RUN, id: 3, status: 'completed', conclusion: 'cancelled' };
  const { models, lines } = story(
    { kind: 'run', run: old },
    { kind: 'job', job: { ...JOB, runId: 3, status: 'completed', conclusion: 'cancelled' } },
    { kind: 'log', runId: 3, jobId: 70, step: 1, at: 1, text: 'late' },
  );
  expect(models.at(-1)).toEqual(NO_ACTIONS);
  expect(lines).toBe('');
});

test('a run of a stranger begins when somebody lets it, and is not the end before', () => {
  const held = { ...RUN, status: 'completed', conclusion: 'action_required' };
  const model = story(PUSHED, { kind: 'run', run: held }).models.at(-1) as ActionsModel;
  expect(isSettled(model, [PUSH])).toBe(false);
});

test('an event that nobody listens to is not told, and one that is filtered out says why', () => {
  const deaf = {
    path: '.github/workflows/ci.yml',
    runId: null,
    why: 'it does not listen to pull_request_target',
  };
  expect(story({ ...PUSHED, event: 'pull_request_target', verdicts: [deaf] }).lines).toBe('');
  const filtered = { ...deaf, why: 'the branch is not among its branches' };
  expect(story({ ...PUSHED, verdicts: [filtered, deaf] }).lines).toContain(
    'ci.yml does not run: the branch is not among its branches',
  );
});

test('a run is called by its title, and by the workflow where that does not say it', () => {
  const title = (change: object): string | undefined =>
    story({ kind: 'run', run: { ...RUN, ...change } }).models.at(-1)?.runs[0]?.title;
  expect(title({})).toBe('Deploy 1a2b3c4 to staging #1');
  expect(title({ workflowName: 'CI', title: 'Rehearsal of #43', number: 3 })).toBe('CI #3: Rehearsal of #43');
  expect(title({ workflowName: 'CI', title: '', attempt: 2 })).toBe('CI #1, attempt 2');
});

test('a job that was skipped says why in words', () => {
  const why = (condition: string): string => {
    const skipped = {
      ...JOB,
      status: 'completed',
      conclusion: 'skipped',
      why: `its if is false: ${condition}`,
    };
    return story({ kind: 'run', run: RUN }, { kind: 'job', job: skipped }).lines;
  };
  expect(why("needs.changes.outputs.needed == 'true'")).toContain('skipped: the change does not need it');
  expect(why("needs.gates.outputs.approved == 'true'")).toContain('or is not approved');
});
