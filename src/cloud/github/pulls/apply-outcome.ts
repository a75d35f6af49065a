import type { GithubContext } from '../github-context.ts';
import type { Pusher } from '../git/pusher.ts';
import type { PullRecord } from '../records.ts';
import { pullPayload } from '../views/pull-view.ts';
import type { PullOutcome } from './refresh-pulls.ts';

/** Writes down what became of a pull request, and tells of it. To be called within `state.together`. */
export function applyOutcome(context: GithubContext, outcome: PullOutcome, by: Pusher): void {
  const { pull, became, before } = outcome;
  const { state } = context;
  switch (became) {
    case 'refreshed':
      state.save('pulls', pull);
      return;
    case 'synchronized':
      state.save('pulls', pull);
      state.change('issues', pull.id, { updatedAt: context.clock.now() });
      emitPull(context, { pull, action: 'synchronize', by, more: { before, after: pull.headSha } });
      return;
    case 'closed':
      state.save('pulls', pull);
      closePull(context, pull, by);
      return;
    case 'merged':
      closePull(context, { ...pull, mergedAt: context.clock.now(), mergedBy: by.login }, by);
      return;
  }
}

/** Closes a pull request, merged or not, and tells of it. */
export function closePull(context: GithubContext, pull: PullRecord, by: Pusher): void {
  const { state, clock } = context;
  const now = clock.now();
  const closed = state.save('pulls', pull);
  state.change('issues', pull.id, { state: 'closed', closedAt: now, closedBy: by.login, updatedAt: now });
  for (const entry of state.of('queue', pull.repositoryId))
    if (entry.number === pull.number) state.remove('queue', entry.id);
  emitPull(context, { pull: closed, action: 'closed', by });
}

/** Tells of a pull request. To be called within `state.together`. */
export function emitPull(
  context: GithubContext,
  told: {
    readonly pull: PullRecord;
    readonly action: string;
    readonly by: Pusher;
    readonly more?: Readonly<Record<string, unknown>>;
  },
): void {
  const { pull, action, by, more } = told;
  const repository = context.state.find('repositories', pull.repositoryId);
  if (repository === null) return;
  context.events.emit({
    name: 'pull_request',
    action,
    repository,
    sender: by.login,
    cause: by.cause,
    payload: { number: pull.number, pull_request: pullPayload(context, pull), ...more },
  });
}
