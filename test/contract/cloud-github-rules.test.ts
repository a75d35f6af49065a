import { expect, test } from 'vitest';
import { ACTIONS_APP_ID } from '../../src/cloud/github/github-context.ts';
import { createCheckRun, updateCheckRun } from '../../src/cloud/github/checks.ts';
import { ADMIN_TOKEN, GithubRig } from '../support/github-rig.ts';
import type { Clone } from '../support/github-rig.ts';

const PATH = '/repos/acme/shop';
const GATE = {
  required_status_checks: [{ context: 'CI gate' }],
  strict_required_status_checks_policy: false,
};
const QUEUE = {
  merge_method: 'SQUASH',
  grouping_strategy: 'ALLGREEN',
  check_response_timeout_minutes: 60,
  max_entries_to_build: 5,
  max_entries_to_merge: 5,
  min_entries_to_merge: 1,
  min_entries_to_merge_wait_minutes: 0,
};

test('a required check holds back the push and the merge, until it has passed', async () => {
  await using rig = await GithubRig.open();
  const mine = await rig.repository();
  await rig.api('POST', `${PATH}/rulesets`, {
    name: 'main',
    enforcement: 'active',
    conditions: { ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] } },
    rules: [
      { type: 'deletion' },
      { type: 'non_fast_forward' },
      { type: 'required_status_checks', parameters: GATE },
    ],
  });
  const number = await propose(rig, mine, 'feature', 'a.txt');
  const sha = await mine.git('rev-parse', 'HEAD');
  const refused = await mine.refused('push', 'origin', 'feature:main');
  expect(refused).toContain('remote: error: GH013: Repository rule violations found for refs/heads/main.');
  expect(refused).toContain('- Required status check "CI gate" is expected.');
  expect(refused).toContain('(push declined due to repository rule violations)');
  expect(await mine.refused('push', 'origin', ':main')).toContain('Cannot delete this branch');
  expect((await rig.api('GET', `${PATH}/pulls/${number}`)).body.mergeable_state).toBe('blocked');
  expect(await rig.api('PUT', `${PATH}/pulls/${number}/merge`)).toMatchObject({
    status: 405,
    body: { message: expect.stringContaining('Required status check "CI gate" is expected.') },
  });
  expect(
    (await rig.api('GET', `${PATH}/rules/branches/main`)).body.map(({ type }: { type: string }) => type),
  ).toEqual(['deletion', 'non_fast_forward', 'required_status_checks']);
  pass(rig, sha);
  await mine.git('push', '--quiet', 'origin', 'feature:main');
  expect((await rig.api('GET', `${PATH}/pulls/${number}`)).body).toMatchObject({
    merged: true,
    merge_commit_sha: sha,
  });
  await mine.git('commit', '--quiet', '--amend', '--message', 'Rewritten');
  pass(rig, await mine.git('rev-parse', 'HEAD'));
  const forced = await mine.refused('push', '--force', 'origin', 'HEAD:main');
  expect(forced).toContain('- Cannot force-push to this branch');
});

test('a queue builds one group on the other, merges what passed, and throws out what failed', async () => {
  await using rig = await GithubRig.open();
  const mine = await rig.repository();
  const numbers: number[] = [];
  for (const name of ['one', 'two', 'three']) numbers.push(await propose(rig, mine, name, `${name}.txt`));
  await rig.api('POST', `${PATH}/rulesets`, {
    name: 'queue',
    enforcement: 'active',
    conditions: { ref_name: { include: ['refs/heads/main'], exclude: [] } },
    rules: [
      { type: 'merge_queue', parameters: QUEUE },
      { type: 'required_status_checks', parameters: GATE },
    ],
  });
  expect(await rig.api('PUT', `${PATH}/pulls/${numbers[0]}/merge`)).toMatchObject({ status: 405 });
  for (const number of numbers) await rig.control('POST', '/queue', { repository: 'acme/shop', number });
  const groups = async () =>
    (await rig.told('merge_group'))
      .filter(({ action }) => action === 'checks_requested')
      .map(
        ({ payload }) => payload['merge_group'] as { head_sha: string; head_ref: string; base_sha: string },
      );
  const [first, second, third] = await groups();
  expect(first?.head_ref).toMatch(/^refs\/heads\/gh-readonly-queue\/main\/pr-1-[0-9a-f]{40}$/);
  expect([second?.base_sha, third?.base_sha]).toEqual([first?.head_sha, second?.head_sha]);
  // The second fails: the third is built anew on the first.
  pass(rig, second?.head_sha ?? '', 'failure');
  await rig.told('check_run');
  expect((await groups()).at(-1)).toMatchObject({ base_sha: first?.head_sha });
  pass(rig, first?.head_sha ?? '');
  pass(rig, (await groups()).at(-1)?.head_sha ?? '');
  await rig.told('check_run');
  const states = await Promise.all(
    numbers.map(async (number) => (await rig.api('GET', `${PATH}/pulls/${number}`)).body.merged),
  );
  expect(states).toEqual([true, false, true]);
  expect(await mine.git('ls-remote', 'origin', 'refs/heads/gh-readonly-queue/*')).toBe('');
  await mine.git('fetch', '--quiet', 'origin');
  expect(await mine.git('log', '--format=%s', '-2', 'origin/main')).toBe(
    'Change three.txt (#3)\nChange one.txt (#1)',
  );
  expect((await rig.told('pull_request')).filter(({ action }) => action === 'dequeued')).toMatchObject([
    { payload: { number: 2, reason: 'CI_FAILURE' } },
  ]);
});

/** What a job of GitHub Actions reports. */
function pass(rig: GithubRig, headSha: string, conclusion: 'success' | 'failure' = 'success'): void {
  const { context } = rig.github;
  const repository = context.state.repository('acme', 'shop');
  if (repository === null) throw new Error('there is no such repository');
  const by = { login: 'github-actions[bot]', cause: 'job' } as const;
  const run = createCheckRun(context, repository, by, { appId: ACTIONS_APP_ID, headSha, name: 'CI gate' });
  updateCheckRun(context, repository, by, run, { status: 'completed', conclusion });
}

/** A pull request with one commit; returns its number. */
async function propose(rig: GithubRig, clone: Clone, branch: string, file: string): Promise<number> {
  await clone.git('checkout', '--quiet', '-b', branch, 'main');
  await clone.commit(file, `text of ${file}\n`);
  await clone.git('push', '--quiet', 'origin', branch);
  const { status, body } = await rig.api(
    'POST',
    `${PATH}/pulls`,
    { title: `Change ${file}`, head: branch, base: 'main' },
    ADMIN_TOKEN,
  );
  expect(status).toBe(201);
  return body.number;
}
