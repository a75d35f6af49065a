import { githubTexts } from './job-session.ts';
import type { JobSession, StepFrame } from './job-session.ts';
import { runnerFacts } from './runner-facts.ts';
import type { StepFiles } from './step-files.ts';

/**
 * The properties of the context `github` that are variables too (actions/runner GitHubContext; docs "Default
 * environment variables").
 */
const GITHUB_VARIABLES: ReadonlySet<string> = new Set([
  'action',
  'action_path',
  'action_ref',
  'action_repository',
  'actor',
  'actor_id',
  'api_url',
  'base_ref',
  'event_name',
  'event_path',
  'graphql_url',
  'head_ref',
  'job',
  'ref',
  'ref_name',
  'ref_protected',
  'ref_type',
  'repository',
  'repository_id',
  'repository_owner',
  'repository_owner_id',
  'retention_days',
  'run_attempt',
  'run_id',
  'run_number',
  'server_url',
  'sha',
  'triggering_actor',
  'workflow',
  'workflow_ref',
  'workflow_sha',
  'workspace',
]);

/**
 * The whole environment of a step's process: what the machine must give, what was set for the job and the step, and what
 * GitHub says, which nobody may change.
 */
export function stepEnvironment(
  session: JobSession,
  on: {
    readonly frame: StepFrame;
    /** The `env` of the step, evaluated. */
    readonly env: Readonly<Record<string, string>>;
    readonly action: string;
    readonly files: StepFiles;
  },
): Record<string, string> {
  const { places, host, order } = session;
  const github = Object.entries(githubTexts({ ...session.githubOf(on.frame), action: on.action })).filter(
    ([name]) => GITHUB_VARIABLES.has(name),
  );
  const runner = Object.entries(githubTexts(runnerFacts(session))).map(([name, value]) => [
    `RUNNER_${name}`,
    value,
  ]);
  const own = [...github.map(([name, value]) => [`GITHUB_${name}`, value]), ...runner];
  const set = session.envOf(on.frame, on.env);
  return {
    LANG: 'C.UTF-8',
    HOME: places.home,
    CI: 'true',
    ...host.variables,
    ...set,
    // A step that sets PATH whole loses what others added, as on GitHub, but not what stands in for programs.
    PATH: set['PATH'] === undefined ? session.pathValue : `${places.shims}:${set['PATH']}`,
    GITHUB_ACTIONS: 'true',
    ...Object.fromEntries(own.map(([name = '', value = '']) => [name.toUpperCase(), value])),
    ...(host.idToken === null
      ? {}
      : {
          ACTIONS_ID_TOKEN_REQUEST_URL: host.idToken.url,
          ACTIONS_ID_TOKEN_REQUEST_TOKEN: host.idToken.token,
        }),
    ...on.files.variables,
    RUNNER_TRACKING_ID: order.trackingId,
  };
}
