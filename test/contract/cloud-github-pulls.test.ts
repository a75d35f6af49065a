import { expect, test } from 'vitest';
import { ADMIN_TOKEN, GithubRig } from '../support/github-rig.ts';
import type { Clone } from '../support/github-rig.ts';

const PATH = '/repos/acme/shop';

test('a pull request keeps its refs, says what it changes, and follows its head', async () => {
  await using rig = await GithubRig.open();
  const mine = await rig.repository();
  const number = await propose(rig, mine, 'feature', 'a.txt');
  const { body } = await rig.api('GET', `${PATH}/pulls/${number}`);
  expect(body).toMatchObject({
    mergeable: true,
    mergeable_state: 'clean',
    changed_files: 1,
    commits: 1,
    additions: 1,
    head: { ref: 'feature', repo: { full_name: 'acme/shop' } },
    base: { ref: 'main' },
  });
  const before = body.head.sha;
  await mine.git('fetch', '--quiet', 'origin', `+refs/pull/${number}/*:refs/remotes/pull/*`);
  expect(await mine.git('rev-parse', 'refs/remotes/pull/head')).toBe(before);
  expect(await mine.git('rev-parse', 'refs/remotes/pull/merge')).toBe(body.merge_commit_sha);
  const after = await mine.commit('b.txt', 'b\n');
  await mine.git('push', '--quiet', 'origin', 'feature');
  expect((await rig.told('pull_request')).map(({ action, payload }) => [action, payload['after']])).toEqual([
    ['opened', undefined],
    ['synchronize', after],
  ]);
  const files = await rig.api('GET', `${PATH}/pulls/${number}/files`);
  expect(files.body).toMatchObject([
    { filename: 'a.txt', status: 'added', patch: expect.stringContaining('+text of a.txt') },
    { filename: 'b.txt' },
  ]);
});

test('one that conflicts says so, has no merge ref, and cannot be merged', async () => {
  await using rig = await GithubRig.open();
  const mine = await rig.repository();
  const number = await propose(rig, mine, 'feature', 'a.txt');
  await mine.git('checkout', '--quiet', 'main');
  await mine.commit('a.txt', 'something else\n');
  await mine.git('push', '--quiet', 'origin', 'main');
  expect((await rig.api('GET', `${PATH}/pulls/${number}`)).body).toMatchObject({
    mergeable: false,
    mergeable_state: 'dirty',
    merge_commit_sha: null,
  });
  expect(await mine.git('ls-remote', 'origin', `refs/pull/${number}/merge`)).toBe('');
  expect(await rig.api('PUT', `${PATH}/pulls/${number}/merge`)).toMatchObject({
    status: 405,
    body: { message: 'Pull Request is not mergeable' },
  });
});

test.each(['merge', 'squash', 'rebase'] as const)(
  'merging by %s makes the commits that GitHub makes',
  async (method) => {
    await using rig = await GithubRig.open();
    const mine = await rig.repository();
    const number = await propose(rig, mine, 'feature', 'a.txt');
    await mine.commit('b.txt', 'b\n', 'Add b');
    await mine.git('push', '--quiet', 'origin', 'feature');
    await mine.git('checkout', '--quiet', 'main');
    await mine.commit('c.txt', 'c\n', 'Add c');
    await mine.git('push', '--quiet', 'origin', 'main');
    const merged = await rig.api('PUT', `${PATH}/pulls/${number}/merge`, { merge_method: method });
    expect(merged).toMatchObject({ status: 200, body: { merged: true } });
    await mine.git('fetch', '--quiet', 'origin');
    const log = (await mine.git('log', '--format=%s', '--first-parent', 'origin/main')).split('\n');
    expect(log).toEqual(
      {
        merge: [`Merge pull request #${number} from acme/feature`, 'Add c', 'Change README.md'],
        squash: [`Change a.txt (#${number})`, 'Add c', 'Change README.md'],
        rebase: ['Add b', 'Change a.txt', 'Add c', 'Change README.md'],
      }[method],
    );
    expect((await mine.git('ls-tree', '--name-only', 'origin/main')).split('\n')).toEqual([
      'README.md',
      'a.txt',
      'b.txt',
      'c.txt',
    ]);
    expect((await rig.api('GET', `${PATH}/pulls/${number}`)).body).toMatchObject({
      state: 'closed',
      merged: true,
      merge_commit_sha: merged.body.sha,
      merged_by: { login: 'glidepath' },
    });
    expect((await rig.api('GET', `${PATH}/commits/${merged.body.sha}/pulls`)).body).toMatchObject([
      { number },
    ]);
    const [closed] = (await rig.told('pull_request')).filter(({ action }) => action === 'closed');
    expect(closed?.payload).toMatchObject({
      pull_request: { merged: true, merge_commit_sha: merged.body.sha },
    });
  },
);

test('a pull request from a fork is real: its commits come over, and its head is the fork', async () => {
  await using rig = await GithubRig.open();
  await rig.repository();
  await rig.control('POST', '/forks', { repository: 'acme/shop', owner: 'eve' });
  const { token } = await rig.control('POST', '/tokens', { login: 'eve' });
  const theirs = await rig.clone('eve/shop', token);
  await theirs.git('checkout', '--quiet', '-b', 'main', 'origin/main');
  const sha = await theirs.commit('evil.txt', 'evil\n');
  await theirs.git('push', '--quiet', 'origin', 'main');
  const opened = await rig.api(
    'POST',
    `${PATH}/pulls`,
    { title: 'Mine', head: 'eve:main', base: 'main' },
    token,
  );
  expect(opened).toMatchObject({
    status: 201,
    body: {
      head: { sha, repo: { full_name: 'eve/shop', fork: true } },
      user: { login: 'eve' },
      author_association: 'NONE',
    },
  });
  expect(await rig.api('PUT', `${PATH}/pulls/${opened.body.number}/merge`, {}, token)).toMatchObject({
    status: 403,
  });
  expect(
    await rig.api('POST', `${PATH}/pulls`, { title: 'Again', head: 'eve:main', base: 'main' }, token),
  ).toMatchObject({
    status: 422,
    body: { errors: [{ message: 'A pull request already exists for eve:main.' }] },
  });
  await theirs.git('push', '--quiet', 'origin', ':main').catch(() => undefined);
  await rig.api('DELETE', '/repos/eve/shop');
  expect((await rig.api('GET', `${PATH}/pulls/${opened.body.number}`)).body.head.repo).toBeNull();
});

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
