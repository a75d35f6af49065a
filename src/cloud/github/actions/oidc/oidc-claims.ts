import type { JobInstance, RunState } from '../model/run-state.ts';
import type { JsonObject } from '../model/source.ts';
import { githubContext } from '../plan/github-context.ts';
import { frameOf, rootOf } from '../plan/frame-facts.ts';

/** What an id token says of its job, all of it text; `aud`, the times and the issuer are added when it is asked for. */
export type OidcClaims = Readonly<Record<string, string>>;

/** Of the context `github`, by the same name. */
const FROM_CONTEXT = [
  'actor',
  'actor_id',
  'base_ref',
  'event_name',
  'head_ref',
  'ref',
  'ref_protected',
  'ref_type',
  'repository',
  'repository_id',
  'repository_owner',
  'repository_owner_id',
  'run_attempt',
  'run_id',
  'run_number',
  'sha',
  'workflow',
  'workflow_ref',
  'workflow_sha',
] as const;

/** The claims of a job. docs: actions/reference/security/oidc, "OIDC token claims" and "Example subject claims". */
export function oidcClaims(
  state: RunState,
  instance: JobInstance,
  more: { readonly isPrivate: boolean; readonly checkRunId: number | null },
): OidcClaims {
  const github = githubContext(state.context, rootOf(state));
  const text = (name: string): string => textOf(github, name);
  const environment = instance.environment?.name;
  const { path } = frameOf(state, instance.frame).workflow;
  return {
    sub: `repo:${text('repository')}:${subjectOf(github, environment)}`,
    ...Object.fromEntries(FROM_CONTEXT.map((name) => [name, text(name)])),
    repository_visibility: more.isPrivate ? 'private' : 'public',
    runner_environment: 'github-hosted',
    job_workflow_ref: `${text('repository')}/${path}@${text('ref')}`,
    job_workflow_sha: text('workflow_sha'),
    ...(more.checkRunId === null ? {} : { check_run_id: String(more.checkRunId) }),
    ...(environment === undefined ? {} : { environment }),
  };
}

function subjectOf(github: JsonObject, environment: string | undefined): string {
  if (environment !== undefined) return `environment:${environment.replaceAll(':', '%3A')}`;
  const isPull = textOf(github, 'event_name').startsWith('pull_request');
  return isPull ? 'pull_request' : `ref:${textOf(github, 'ref')}`;
}

function textOf(github: JsonObject, name: string): string {
  const value = github[name];
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
}
