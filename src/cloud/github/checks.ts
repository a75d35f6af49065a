import type { GithubContext } from './github-context.ts';
import type { Pusher } from './git/pusher.ts';
import type { CheckRunRecord, CheckSuiteRecord, RepositoryRecord } from './records.ts';
import { checkRunView, checkSuiteView } from './views/check-view.ts';

/** What a check run is made of, apart from what the service adds. */
export type NewCheckRun = Pick<CheckRunRecord, 'appId' | 'headSha' | 'name'> & Partial<CheckRunRecord>;

const NO_OUTPUT: CheckRunRecord['output'] = { title: null, summary: null, text: null, annotations: [] };

/** A check suite of an app on a commit: a new one, or with `isShared` the one that there is. */
export function checkSuiteOf(
  { state, clock }: GithubContext,
  repository: RepositoryRecord,
  order: Pick<CheckSuiteRecord, 'appId' | 'headSha' | 'headBranch'>,
  isShared: boolean,
): CheckSuiteRecord {
  const known = state
    .of('check_suites', repository.id)
    .findLast(({ appId, headSha }) => appId === order.appId && headSha === order.headSha);
  if (isShared && known !== undefined) return known;
  const now = clock.now();
  const ids = { id: state.nextId(), repositoryId: repository.id };
  return state.save('check_suites', { ...ids, ...order, createdAt: now, updatedAt: now });
}

/** Makes a check run, in the suite that is named or in that of its app, and tells of it. */
export function createCheckRun(
  context: GithubContext,
  repository: RepositoryRecord,
  by: Pusher,
  order: NewCheckRun,
): CheckRunRecord {
  const { state } = context;
  return state.together(() => {
    const suite = checkSuiteOf(context, repository, { ...order, headBranch: null }, true);
    const run = state.save('check_runs', {
      status: 'queued',
      conclusion: null,
      startedAt: null,
      completedAt: null,
      detailsUrl: null,
      externalId: '',
      output: NO_OUTPUT,
      suiteId: suite.id,
      ...order,
      id: state.nextId(),
      repositoryId: repository.id,
    });
    tell(context, repository, run, 'created', by);
    if (run.status === 'completed') tell(context, repository, run, 'completed', by);
    return run;
  });
}

/** Changes a check run; tells of it when it is completed by that, and of its suite when it was the last. */
export function updateCheckRun(
  context: GithubContext,
  repository: RepositoryRecord,
  by: Pusher,
  run: CheckRunRecord,
  change: Partial<Omit<CheckRunRecord, 'id' | 'repositoryId'>>,
): CheckRunRecord {
  const { state, clock } = context;
  return state.together(() => {
    const changed = state.save('check_runs', { ...run, ...change });
    if (changed.status !== 'completed' || run.status === 'completed') return changed;
    tell(context, repository, changed, 'completed', by);
    const suite = state.change('check_suites', changed.suiteId, { updatedAt: clock.now() });
    const others = state.of('check_runs', repository.id).filter(({ suiteId }) => suiteId === changed.suiteId);
    if (suite !== null && others.every(({ status }) => status === 'completed'))
      context.events.emit({
        name: 'check_suite',
        action: 'completed',
        repository,
        sender: by.login,
        cause: by.cause,
        payload: { check_suite: checkSuiteView(context, repository, suite) },
      });
    return changed;
  });
}

function tell(
  context: GithubContext,
  repository: RepositoryRecord,
  run: CheckRunRecord,
  action: 'created' | 'completed',
  by: Pusher,
): void {
  context.events.emit({
    name: 'check_run',
    action,
    repository,
    sender: by.login,
    cause: by.cause,
    payload: { check_run: checkRunView(context, repository, run) },
  });
}
