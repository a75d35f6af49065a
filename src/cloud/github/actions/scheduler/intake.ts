import type { GithubEvent as BusEvent } from '../../events/github-event.ts';
import type { RepositoryRecord } from '../../records.ts';
import { matches } from '../match/matches.ts';
import { runPlaceOf } from '../match/run-place.ts';
import type { GithubEvent, PullRequestSubject, RunPlace } from '../model/github-event.ts';
import type { JsonObject } from '../model/source.ts';
import type { RunRecord } from '../store/records.ts';
import type { ActionsContext } from './actions-context.ts';
import type { ActionsNewsItem } from './actions-news.ts';
import { coreEvent } from './core-event.ts';
import type { Engine } from './engine.ts';
import { recordRun } from './run-order.ts';
import type { RunOrder } from './run-order.ts';
import { tellOfRun } from './tell-of-run.ts';
import { workflowFiles } from './workflow-files.ts';
import type { WorkflowFile } from './workflow-files.ts';

/** So long an event is remembered as carried out; a killed cloud tells of it again at once, or never. */
const SEEN_FOR_MS = 86_400_000;

type Verdicts = Extract<ActionsNewsItem, { kind: 'event' }>['verdicts'];

/** Turns events into runs. */
export class Intake {
  readonly #context: ActionsContext;
  readonly #engine: Engine;

  constructor(context: ActionsContext, engine: Engine) {
    this.#context = context;
    this.#engine = engine;
  }

  /** Told of everything that happens in any repository. */
  async onEvent(event: BusEvent): Promise<void> {
    const { store, github } = this.#context;
    if (store.find('seen_events', event.id) !== null) return;
    const repository = github.state.find('repositories', event.repositoryId);
    const core = repository?.isActionsEnabled === true ? await coreEvent(this.#context, event) : null;
    if (repository !== null && core !== null) {
      await this.start(repository, core, { eventId: event.id });
      // A pull request is two events for GitHub workflows, and one for hooks.
      if (event.name === 'pull_request')
        await this.start(
          repository,
          { ...core, name: 'pull_request_target' },
          { eventId: `${event.id}/target` },
        );
    }
    this.#remember(event.id);
  }

  /** Starts the runs that an event asks for; `only` those of one file. */
  async start(
    repository: RepositoryRecord,
    event: GithubEvent,
    on: { readonly eventId: string; readonly only?: string; readonly inputs?: JsonObject },
  ): Promise<readonly RunRecord[]> {
    const where = runPlaceOf(event);
    if ('none' in where) {
      this.#tell(event, { place: null, verdicts: [{ path: '*', runId: null, why: where.none }] });
      return [];
    }
    const { place } = where;
    const dir = this.#context.github.git.dirOf(repository.id);
    const files = await workflowFiles(dir, place.fileSha);
    const runs: RunRecord[] = [];
    const verdicts: Verdicts[number][] = [];
    for (const file of files.values()) {
      if (on.only !== undefined && file.path !== on.only) continue;
      const { runs: isWanted, why } = this.#verdict(repository, file, event);
      const order: RunOrder = {
        repository,
        event,
        place,
        file,
        files,
        inputs: on.inputs ?? {},
        eventId: on.eventId,
      };
      const run = isWanted ? await this.#run(order) : null;
      if (run !== null) runs.push(run);
      verdicts.push({ path: file.path, runId: run?.id ?? null, why });
    }
    this.#tell(event, { place, verdicts });
    for (const run of runs) this.#begin(run, place.needsApproval);
    return runs;
  }

  #verdict(
    repository: RepositoryRecord,
    { path, reading }: WorkflowFile,
    event: GithubEvent,
  ): { readonly runs: boolean; readonly why: string } {
    const known = this.#context.store
      .all('workflows')
      .find((one) => one.repositoryId === repository.id && one.path === path);
    if (known?.isDisabled === true) return { runs: false, why: 'it was disabled' };
    // What cannot be read fails on every push, as nothing is known of when it would run.
    if (reading.kind === 'invalid')
      return { runs: event.name === 'push', why: `it is not valid: ${reading.mistakes[0]?.message ?? ''}` };
    return matches(reading.workflow, event);
  }

  /** Null for one that a killed cloud has started already. */
  async #run(order: RunOrder): Promise<RunRecord | null> {
    const { store } = this.#context;
    const known = store
      .all('runs')
      .some(({ eventId, path }) => eventId === order.eventId && path === order.file.path);
    return known ? null : recordRun(this.#context, order);
  }

  #begin(run: RunRecord, needsApproval: boolean): void {
    const { news, store } = this.#context;
    if (run.state !== null && needsApproval) {
      const why = 'It waits for the approval of somebody with the right to write.';
      const waits = store.change('runs', run.id, {
        status: 'completed',
        conclusion: 'action_required',
        messages: [why],
        isTold: true,
      });
      return news.tellRun(waits);
    }
    news.tellRun(run);
    tellOfRun(this.#context, run, 'requested');
    if (run.state !== null) return this.#engine.enterRun(run.id);
    tellOfRun(this.#context, run, 'completed');
    store.change('runs', run.id, { isTold: true });
  }

  #tell(
    event: GithubEvent,
    { place, verdicts }: { readonly place: RunPlace | null; readonly verdicts: Verdicts },
  ): void {
    const { subject } = event;
    this.#context.news.tell({
      kind: 'event',
      repository: event.repository.fullName,
      event: event.name,
      action: event.action ?? null,
      ref: refOf(event, place),
      sha: shaOf(event),
      about: subject.kind === 'pull-request' ? pullRequestWords(event, subject) : null,
      verdicts,
    });
  }

  #remember(id: string): void {
    const { store, github } = this.#context;
    const now = github.clock.now();
    store.together(() => {
      store.save('seen_events', { id, at: now });
      for (const one of store.all('seen_events'))
        if (now - one.at > SEEN_FOR_MS) store.remove('seen_events', one.id);
    });
  }
}

/** Of a merged pull request the branch that it was merged into; of a branch that is gone its own name. */
function refOf({ subject, repository }: GithubEvent, place: RunPlace | null): string {
  if (subject.kind === 'pull-request') return place?.ref ?? `refs/pull/${subject.number}/merge`;
  return 'ref' in subject ? subject.ref : `refs/heads/${repository.defaultBranch}`;
}

/** The commit that somebody wrote: of a pull request not the merge of it that GitHub made. */
function shaOf({ subject, repository }: GithubEvent): string {
  if (subject.kind === 'pull-request') return subject.headSha;
  return 'sha' in subject ? subject.sha : repository.defaultSha;
}

/** `#42 contributor:typo → main`. */
function pullRequestWords({ repository }: GithubEvent, subject: PullRequestSubject): string {
  const { number, headRef, baseRef, headRepository } = subject;
  const owner =
    headRepository === repository.fullName ? '' : `${headRepository?.split('/')[0] ?? 'unknown'}:`;
  return `#${number} ${owner}${headRef} → ${baseRef}`;
}
