import type { Diagnostic } from '../../../../diagnostics/diagnostic.ts';
import { readCommit } from '../../git/read-git.ts';
import { fullNameOf } from '../../github-state.ts';
import type { RepositoryRecord } from '../../records.ts';
import type { GithubEvent, RunPlace } from '../model/github-event.ts';
import type { RunContext } from '../model/run-context.ts';
import type { JsonObject } from '../model/source.ts';
import { startRun } from '../plan/start-run.ts';
import type { RunRecord, WorkflowRecord } from '../store/records.ts';
import type { ActionsContext } from './actions-context.ts';
import { addressesOf } from './at-address.ts';
import { isProtected } from './environment-of.ts';
import { variablesOf } from './secrets-of.ts';
import type { WorkflowFile } from './workflow-files.ts';

/** A run that an event asks for. */
export interface RunOrder {
  readonly repository: RepositoryRecord;
  readonly event: GithubEvent;
  readonly eventId: string;
  readonly place: RunPlace;
  readonly file: WorkflowFile;
  /** All workflow files of that commit: it may call them. */
  readonly files: ReadonlyMap<string, WorkflowFile>;
  /** Of `workflow_dispatch`. */
  readonly inputs: JsonObject;
}

/** Writes down a run that begins, or one that cannot and says why. Nothing of it has begun yet. */
export async function recordRun(context: ActionsContext, order: RunOrder): Promise<RunRecord> {
  const { store, github } = context;
  const headSha = headShaOf(order);
  const commit = await readCommit(github.git.dirOf(order.repository.id), headSha);
  return store.together(() => {
    const workflow = workflowRecord(context, order.repository, order.file);
    const number = workflow.lastRunNumber + 1;
    store.change('workflows', workflow.id, { lastRunNumber: number });
    const id = store.nextId();
    const now = github.clock.now();
    const start = begin(context, order, { runId: id, runNumber: number });
    const { event, place, repository } = order;
    const { subject } = event;
    const isPull = subject.kind === 'pull-request';
    return store.save('runs', {
      id,
      repositoryId: repository.id,
      workflowId: workflow.id,
      workflowName: workflow.name,
      path: order.file.path,
      title: start.state?.name ?? order.file.path,
      number,
      attempt: 1,
      event: event.name,
      status: start.state === null ? 'completed' : 'queued',
      conclusion: start.state === null ? 'startup_failure' : null,
      ref: place.ref,
      headSha,
      headBranch: isPull ? subject.headRef : place.ref.replace(/^refs\/(?:heads|tags)\//u, ''),
      headRepository: isPull ? (subject.headRepository ?? null) : fullNameOf(repository),
      pullRequest: isPull ? subject.number : null,
      actor: event.actor.login,
      triggeringActor: event.actor.login,
      createdAt: now,
      startedAt: now,
      updatedAt: now,
      checkSuiteId: null,
      headCommit:
        commit === null
          ? null
          : { tree: commit.tree, message: commit.message, at: commit.committer.date, author: commit.author },
      state: start.state,
      messages: start.messages,
      cancel: 'no',
      chainDepth: subject.kind === 'workflow-run' ? subject.chainDepth + 1 : 0,
      hasBegun: false,
      eventId: order.eventId,
      isTold: false,
    });
  });
}

/** What checks are written on: of a pull request its head, and not the merge that is tried. */
function headShaOf({ event, place }: RunOrder): string {
  const { subject, name } = event;
  return subject.kind === 'pull-request' && name !== 'pull_request_target' ? subject.headSha : place.sha;
}

/** The record of a workflow file, made when it is seen first. */
export function workflowRecord(
  { store, github }: ActionsContext,
  repository: RepositoryRecord,
  { path, reading }: WorkflowFile,
): WorkflowRecord {
  const name = reading.kind === 'workflow' ? reading.workflow.name : path;
  const known = store.all('workflows').find((one) => one.repositoryId === repository.id && one.path === path);
  const now = github.clock.now();
  if (known !== undefined)
    return known.name === name ? known : store.change('workflows', known.id, { name, updatedAt: now });
  return store.save('workflows', {
    id: store.nextId(),
    repositoryId: repository.id,
    path,
    name,
    isDisabled: false,
    lastRunNumber: 0,
    createdAt: now,
    updatedAt: now,
  });
}

function begin(
  context: ActionsContext,
  order: RunOrder,
  ids: Pick<RunContext, 'runId' | 'runNumber'>,
): Pick<RunRecord, 'state' | 'messages'> {
  const { reading } = order.file;
  if (reading.kind === 'invalid')
    return { state: null, messages: reading.mistakes.map((one) => messageOf(order.file.path, one)) };
  if (reading.unsupported.length > 0)
    return { state: null, messages: reading.unsupported.map((one) => messageOf(order.file.path, one)) };
  const start = startRun(
    reading.workflow,
    {
      ...ids,
      event: order.event,
      place: order.place,
      runAttempt: 1,
      triggeringActor: order.event.actor.login,
      origin: originOf(context, order),
      vars: variablesOf(context.github, order.repository),
      inputs: order.inputs,
      defaultPermissions: order.repository.workflowPermissions,
      ...addressesOf(context.github.baseUrl),
    },
    (path) => order.files.get(path)?.reading,
  );
  if (start.kind === 'startup-failure')
    return { state: null, messages: start.mistakes.map((one) => messageOf(order.file.path, one)) };
  return { state: start.state, messages: [] };
}

function originOf(
  { github }: ActionsContext,
  { repository, event, place }: RunOrder,
): NonNullable<RunContext['origin']> {
  const idOf = (login: string): number => github.state.account(login)?.id ?? 0;
  return {
    repositoryId: repository.id,
    ownerId: idOf(repository.owner),
    actorId: idOf(event.actor.login),
    isRefProtected: isProtected(github, repository, place.ref),
  };
}

function messageOf(path: string, { code, message, location, hint }: Diagnostic): string {
  const { line, column, file = path } = location ?? {};
  const place = line === undefined ? '' : ` (line ${line}, column ${column ?? 1})`;
  return `${code}: ${file}${place}: ${message}${hint === undefined ? '' : ` → ${hint}`}`;
}
