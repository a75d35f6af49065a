import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TriggerRule } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { requireEvent, triggerOf, type EventQuestion } from './event-rules.ts';
import type { GithubEvent, GithubPullRequest } from './github-event.ts';
import { requireNotOld, type RerunQuestion } from './rerun-rule.ts';

const SHA = 'a'.repeat(40);
const HEAD = 'b'.repeat(40);

const PULL: GithubPullRequest = {
  number: 42,
  title: 'Basket',
  author: 'mona',
  headSha: HEAD,
  headRef: 'basket',
  headRepository: 'octo/shop',
  baseRef: 'main',
  isMerged: false,
  isDraft: false,
  labels: [],
  url: '',
};

function event(change: Partial<GithubEvent> & { at?: string } = {}): GithubEvent {
  const { at = 'refs/heads/main', ...more } = change;
  const refType = at.startsWith('refs/tags/') ? 'tag' : at.startsWith('refs/pull/') ? 'pull' : 'branch';
  return {
    name: 'push',
    action: null,
    ref: at,
    refType,
    refName: at.replace(/^refs\/(heads|tags|pull)\//, ''),
    sha: SHA,
    isDeletion: false,
    pullRequest: null,
    isFork: false,
    isDependabot: false,
    actor: 'mona',
    triggeringActor: 'mona',
    runId: 7,
    attempt: 1,
    ...more,
  };
}

const pullRequest = (change: Partial<GithubEvent> = {}): GithubEvent =>
  event({ name: 'pull_request', at: 'refs/pull/42/merge', action: 'opened', pullRequest: PULL, ...change });
const dispatch = (at: string): GithubEvent => event({ name: 'workflow_dispatch', at });

const STAGING: readonly TriggerRule[] = [{ kind: 'push', branch: 'main' }];
const PRODUCTION: readonly TriggerRule[] = [{ kind: 'tag', pattern: 'v[0-9]+.[0-9]+.[0-9]+' }];
const MANUAL: readonly TriggerRule[] = [{ kind: 'manual' }];

function question(
  on: readonly TriggerRule[],
  command: EventQuestion['command'] = 'deploy',
  kind: EventQuestion['environment']['kind'] = 'standing',
): EventQuestion {
  return { command, environment: { name: 'production', kind, on }, mainBranch: 'main' };
}

function refused(asked: GithubEvent, of: EventQuestion): ToolError {
  try {
    requireEvent(asked, of);
  } catch (error) {
    if (error instanceof ToolError) return error;
  }
  throw new Error('it was allowed');
}

describe('an event may start a deployment', () => {
  test.each<[string, GithubEvent, EventQuestion, object]>([
    ['a push of its branch', event(), question(STAGING), { kind: 'is', sha: SHA }],
    [
      'a tag of its pattern, which has to be on main',
      event({ at: 'refs/tags/v1.2.0' }),
      question(PRODUCTION),
      { kind: 'tag-on-main', tag: 'v1.2.0' },
    ],
    ['hand at its branch', dispatch('refs/heads/main'), question(STAGING), { kind: 'within', sha: SHA }],
    [
      'hand at main, where the config says manual',
      dispatch('refs/heads/main'),
      question(MANUAL),
      { kind: 'within', sha: SHA },
    ],
    [
      'hand at a tag of its pattern',
      dispatch('refs/tags/v2.0.0'),
      question(PRODUCTION),
      { kind: 'tag-on-main', tag: 'v2.0.0' },
    ],
    [
      'hand at main, for a commit that carries a tag of its pattern',
      dispatch('refs/heads/main'),
      question(PRODUCTION),
      { kind: 'tagged', sha: SHA, patterns: ['v[0-9]+.[0-9]+.[0-9]+'] },
    ],
    [
      'a pull request of a review app, at its head',
      pullRequest(),
      question([{ kind: 'pull-request' }], 'deploy', 'review'),
      { kind: 'is', sha: HEAD },
    ],
    [
      'a rollback by hand at main, whatever the triggers',
      dispatch('refs/heads/main'),
      question(PRODUCTION, 'rollback'),
      { kind: 'within', sha: SHA },
    ],
    [
      'a promotion by hand at main',
      dispatch('refs/heads/main'),
      question(PRODUCTION, 'promote'),
      { kind: 'within', sha: SHA },
    ],
  ])('%s', (_, asked, of, rule) => {
    expect(requireEvent(asked, of)).toEqual(rule);
  });
});

describe('GITHUB_EVENT_MISMATCH is thrown', () => {
  test.each<[string, GithubEvent, EventQuestion]>([
    ['for a push of another branch', event({ at: 'refs/heads/topic' }), question(STAGING)],
    ['for a tag called like the branch', event({ at: 'refs/tags/main' }), question(STAGING)],
    ['for a branch called like the tag', event({ at: 'refs/heads/v1.2.0' }), question(PRODUCTION)],
    ['for a tag of another pattern', event({ at: 'refs/tags/v1.2' }), question(PRODUCTION)],
    ['when the branch was taken away', event({ isDeletion: true }), question(STAGING)],
    ['for hand at a topic branch', dispatch('refs/heads/topic'), question(MANUAL)],
    ['for a pull request to a standing environment', pullRequest(), question(STAGING)],
    [
      'for pull_request_target, which has secrets for strangers',
      pullRequest({
        name: 'pull_request_target',
        ref: 'refs/heads/main',
        refType: 'branch',
        refName: 'main',
      }),
      question(STAGING),
    ],
    ['for workflow_run', event({ name: 'workflow_run' }), question(STAGING)],
    ['for schedule', event({ name: 'schedule' }), question(STAGING)],
    ['for merge_group', event({ name: 'merge_group' }), question(STAGING)],
    ['for a comment', event({ name: 'issue_comment' }), question(STAGING)],
    ['for a rollback by a push', event(), question(STAGING, 'rollback')],
    ['for a restore by a push', event(), question(STAGING, 'restore')],
    ['for a rollback at a topic branch', dispatch('refs/heads/topic'), question(STAGING, 'rollback')],
    ['for a push to a review environment', event(), question([{ kind: 'pull-request' }], 'deploy', 'review')],
  ])('%s', (_, asked, of) => {
    const error = refused(asked, of);
    expect(error.code).toBe('GITHUB_EVENT_MISMATCH');
    expect(error.hint).toMatch(/\S/);
  });

  test('and names what does start it', () => {
    expect(refused(event({ at: 'refs/heads/topic' }), question([...STAGING, ...PRODUCTION])).hint).toBe(
      'It is deployed by a push of main, or a tag like v[0-9]+.[0-9]+.[0-9]+ on main.',
    );
  });

  test('for a pull request of a fork, whatever the environment', () => {
    const fork = pullRequest({ isFork: true, pullRequest: { ...PULL, headRepository: 'mallory/shop' } });
    for (const kind of ['standing', 'review', 'test'] as const) {
      const error = refused(fork, question([{ kind: 'pull-request' }], 'deploy', kind));
      expect(error.message).toContain('comes from a fork (mallory/shop)');
    }
  });

  test('for whatever Dependabot starts', () => {
    expect(refused(pullRequest({ isDependabot: true }), question([], 'deploy', 'review')).message).toContain(
      'Dependabot',
    );
    expect(refused(event({ isDependabot: true }), question(STAGING)).code).toBe('GITHUB_EVENT_MISMATCH');
  });

  test('for everything that comes from a fork, however the event is called', () => {
    const name = fc.constantFrom(
      'push',
      'pull_request',
      'pull_request_target',
      'workflow_dispatch',
      'schedule',
    );
    const command = fc.constantFrom<EventQuestion['command']>(
      'deploy',
      'promote',
      'rollback',
      'scale',
      'restore',
    );
    const on = fc.constantFrom(STAGING, PRODUCTION, MANUAL, [...STAGING, ...PRODUCTION, ...MANUAL]);
    const at = fc.constantFrom('refs/heads/main', 'refs/tags/v1.2.0', 'refs/pull/42/merge');
    fc.assert(
      fc.property(name, command, on, at, (called, what, rules, ref) => {
        const asked = event({ name: called, at: ref, pullRequest: PULL, isFork: true });
        expect(refused(asked, question(rules, what)).code).toBe('GITHUB_EVENT_MISMATCH');
      }),
    );
  });
});

test('what is planned for is the push or tag that the environment listens to, else by hand', () => {
  const of = (asked: GithubEvent, on: readonly TriggerRule[]) => triggerOf(asked, question(on).environment);
  expect(of(event(), STAGING)).toEqual({ kind: 'push', branch: 'main' });
  expect(of(event({ at: 'refs/tags/v1.2.0' }), PRODUCTION)).toEqual({ kind: 'tag', tag: 'v1.2.0' });
  expect(of(dispatch('refs/heads/main'), MANUAL)).toEqual({ kind: 'deploy', environment: 'production' });
});

describe('a job that is run again', () => {
  const release = (commit: string) => ({
    id: `r-${commit.slice(0, 7)}-0000`,
    commit,
    ref: 'main',
    digests: {},
  });
  const live = { release: release('c'.repeat(40)), at: 2 };
  const ask = (change: Partial<RerunQuestion>) => () =>
    requireNotOld({
      environment: 'production',
      commit: SHA,
      attempt: 1,
      live,
      entries: [live],
      isBehindLive: false,
      ...change,
    });

  test('may do the live commit again, or a newer one, or the first of all', () => {
    expect(ask({ commit: live.release.commit, attempt: 4 })).not.toThrow();
    expect(ask({ attempt: 2 })).not.toThrow();
    expect(ask({ live: null, attempt: 2 })).not.toThrow();
  });

  test('is refused with GITHUB_RERUN_REFUSED when its commit is older than what is live', () => {
    const was = { release: release(SHA), at: 1 };
    for (const attempt of [1, 2]) {
      expect(ask({ attempt, isBehindLive: true, entries: [live, was] })).toThrow(
        expect.objectContaining({
          code: 'GITHUB_RERUN_REFUSED',
          message: expect.stringContaining(live.release.id) as string,
          hint: `To go back to it on purpose: glidepath rollback production --to ${was.release.id}`,
        }) as Error,
      );
    }
  });

  test('is refused when its commit was live and was gone back from since', () => {
    expect(ask({ attempt: 2, entries: [live, { release: release(SHA), at: 1 }] })).toThrow(/rolled back/);
    expect(ask({ attempt: 1, entries: [live, { release: release(SHA), at: 1 }] })).not.toThrow();
  });
});
