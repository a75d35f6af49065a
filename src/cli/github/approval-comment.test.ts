import { expect, test } from 'vitest';
import { requestComment, type RequestWords } from './approval-comment.ts';

const LIVE = 'b'.repeat(40);
const COMMIT = 'a'.repeat(40);

function words(change: Partial<RequestWords> = {}): RequestWords {
  return {
    request: {
      version: 1,
      environment: 'production',
      commit: COMMIT,
      plan: 'c'.repeat(64),
      parts: {},
      earlier: [],
      action: 'deploy',
      ref: 'main',
      steps: ['Build web'],
      by: 'mona',
      at: 1_000_000,
    },
    subject: 'Add the app',
    release: null,
    live: 'r-bbbbbbb-0000',
    liveCommit: LIVE,
    repositoryUrl: 'https://github.com/octo/shop',
    runUrl: 'https://github.com/octo/shop/actions/runs/7',
    steps: [{ title: 'Build web', reason: 'the release' }],
    migrations: [],
    who: 'whoever may write to the repository; but not mona, who asked for it',
    expiresAfter: '24 h',
    standing: 'Nothing is built or changed before somebody agrees.',
    isOpen: true,
    ...change,
  };
}

test('the comment that asks links to the commit, to what would change, and to the run that asks', () => {
  const text = requestComment(words());
  expect(text).toContain(`[aaaaaaa](https://github.com/octo/shop/commit/${COMMIT}) Add the app`);
  expect(text).toContain(`[compare](https://github.com/octo/shop/compare/${LIVE}...${COMMIT})`);
  expect(text).toContain('([run](https://github.com/octo/shop/actions/runs/7))');
  expect(text).toContain('but not mona, who asked for it');
  expect(text).toContain('| Environment | production |\n| --- | --- |\n| Commit |');
  expect(text).toContain('| # | Step | Why |');
});

test('it links to nothing that there is not', () => {
  const text = requestComment(words({ live: null, liveCommit: null, repositoryUrl: null, runUrl: null }));
  expect(text).toContain('| Live now | nothing yet |');
  expect(text).not.toContain('](');
});
