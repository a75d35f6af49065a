import type { RunContext } from '../model/run-context.ts';
import type { JsonObject } from '../model/source.ts';
import type { Workflow } from '../model/workflow.ts';

/**
 * The context `github` of a run. The runner adds what only a job has: token, job, workspace, action. In a called
 * workflow it is that of the caller. docs: contexts#github-context.
 */
export function githubContext(context: RunContext, root: Workflow): JsonObject {
  const { event, place } = context;
  const { subject } = event;
  const [owner = ''] = event.repository.fullName.split('/');
  const { origin } = context;
  const isTag = place.ref.startsWith('refs/tags/');
  const pull = subject.kind === 'pull-request' ? subject : undefined;
  return {
    event_name: event.name,
    event: event.payload,
    ref: place.ref,
    ref_name: place.ref.replace(/^refs\/(?:heads|tags|pull)\//, ''),
    ref_type: place.ref === '' ? '' : isTag ? 'tag' : 'branch',
    sha: place.sha,
    head_ref: pull?.headRef ?? '',
    base_ref: pull?.baseRef ?? '',
    repository: event.repository.fullName,
    repository_id: origin === undefined ? '' : String(origin.repositoryId),
    repository_owner: owner,
    repository_owner_id: origin === undefined ? '' : String(origin.ownerId),
    repositoryUrl: `${context.serverUrl.replace(/^https?:/u, 'git:')}/${event.repository.fullName}.git`,
    ref_protected: origin?.isRefProtected ?? false,
    actor: event.actor.login,
    actor_id: origin === undefined ? '' : String(origin.actorId),
    triggering_actor: context.triggeringActor,
    workflow: root.name,
    workflow_ref: `${event.repository.fullName}/${root.path}@${place.ref}`,
    workflow_sha: place.fileSha,
    run_id: String(context.runId),
    run_number: String(context.runNumber),
    run_attempt: String(context.runAttempt),
    server_url: context.serverUrl,
    api_url: context.apiUrl,
    graphql_url: context.graphqlUrl,
    retention_days: '90',
    secret_source: place.trust === 'full' ? 'Actions' : 'None',
  };
}
