import { expect, test } from 'vitest';
import type { GithubEvent, GithubPullRequest } from './github-event.ts';
import { requireEventOfReviewApp } from './review-event.ts';

const PULL: GithubPullRequest = {
  number: 42,
  title: 'Basket',
  author: 'mona',
  headSha: 'b'.repeat(40),
  headRef: 'basket',
  headRepository: 'octo/shop',
  baseRef: 'main',
  isMerged: false,
  isDraft: false,
  labels: [],
  url: '',
};
const OPENED: GithubEvent = {
  name: 'pull_request',
  action: 'opened',
  ref: 'refs/pull/42/merge',
  refType: 'pull',
  refName: '42/merge',
  sha: 'a'.repeat(40),
  isDeletion: false,
  pullRequest: PULL,
  isFork: false,
  isDependabot: false,
  actor: 'mona',
  triggeringActor: 'mona',
  runId: 7,
  attempt: 1,
};
const byHand: GithubEvent = { ...OPENED, name: 'workflow_dispatch', action: null, pullRequest: null };

test.each([
  ['its own pull request', OPENED, 'open'],
  ['a new commit of it', { ...OPENED, action: 'synchronize' }, 'open'],
  ['its end', { ...OPENED, action: 'closed' }, 'close'],
  ['hand', byHand, 'open'],
  ['hand', byHand, 'close'],
  ['the clock', { ...byHand, name: 'schedule' }, 'close'],
] as const)('%s may start it: %o %s', (_, event, action) => {
  expect(() => requireEventOfReviewApp(event, 42, action)).not.toThrow();
});

test.each([
  ['a fork', { ...OPENED, isFork: true }, 'open', /comes from a fork/],
  ['a fork', { ...OPENED, isFork: true, action: 'closed' }, 'close', /comes from a fork/],
  ['Dependabot', { ...OPENED, isDependabot: true }, 'open', /Dependabot/],
  [
    'another pull request',
    { ...OPENED, pullRequest: { ...PULL, number: 41 } },
    'open',
    /is about pull request 41/,
  ],
  [
    'another pull request',
    { ...OPENED, pullRequest: { ...PULL, number: 41 } },
    'close',
    /is about pull request 41/,
  ],
  ['its end', { ...OPENED, action: 'closed' }, 'open', /was closed: nothing is opened/],
  ['a push', { ...byHand, name: 'push' }, 'open', /is not opened by a push/],
  ['a push', { ...byHand, name: 'push' }, 'close', /is not closed by a push/],
  ['the clock', { ...byHand, name: 'schedule' }, 'open', /is not opened by the event schedule/],
  ['pull_request_target', { ...OPENED, name: 'pull_request_target' }, 'open', /pull_request_target/],
  ['an event without a name', { ...byHand, name: '' }, 'open', /not named/],
] as const)('%s may not: %o %s', (_, event, action, message) => {
  expect(() => requireEventOfReviewApp(event, 42, action)).toThrow(
    expect.objectContaining({
      code: 'GITHUB_EVENT_MISMATCH',
      message: expect.stringMatching(message) as unknown,
    }),
  );
});
