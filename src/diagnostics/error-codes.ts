/** How a command ends. CLI.md; the shell's own convention for 130. */
export const EXIT = { ok: 0, failed: 1, usage: 2, changesPending: 3, refused: 4, interrupted: 130 } as const;

interface ErrorCodeEntry {
  /** `user`: what was written or typed; `operation`: something outside did not do what was asked. */
  readonly kind: 'user' | 'operation';
  readonly exit: (typeof EXIT)[keyof typeof EXIT];
  /** A few words, the title of the code's page in docs/errors. */
  readonly title: string;
}

const user = (title: string): ErrorCodeEntry => ({ kind: 'user', exit: EXIT.usage, title });
const operation = (title: string): ErrorCodeEntry => ({ kind: 'operation', exit: EXIT.failed, title });
const refused = (title: string): ErrorCodeEntry => ({ kind: 'operation', exit: EXIT.refused, title });

/**
 * Every code there is, declared once. `test/architecture.test.ts` checks that each has a page in docs/errors and a
 * test that names it.
 */
export const ERROR_CODES = {
  CLI_USAGE: user('A command was not written as it is used'),
  CLI_UNKNOWN_COMMAND: user('There is no such command'),
  CONFIG_NOT_FOUND: user('There is no glidepath.config.ts'),
  CONFIG_THREW: user('The config file threw while it was loaded'),
  CONFIG_NO_DEFAULT_EXPORT: user('The config file does not export a project'),
  CONFIG_INVALID: user('The config has mistakes'),
  CONFIG_UNKNOWN_KEY: user('A key is not known'),
  CONFIG_MISSING_KEY: user('A key is missing'),
  CONFIG_WRONG_TYPE: user('A value has the wrong type'),
  CONFIG_INVALID_VALUE: user('A value is not possible here'),
  CONFIG_UNKNOWN_REFERENCE: user('A name refers to nothing'),
  CONFIG_CONFLICT: user('Two settings contradict each other'),
  PLAN_UNKNOWN_TRIGGER: user('The trigger is not one that exists'),
  PLAN_NOTHING_MATCHES: user('No environment listens to this trigger'),
  PLAN_UNKNOWN_ENVIRONMENT: user('There is no such environment'),
  PLAN_UNKNOWN_APP: user('There is no such app'),
  PLAN_UNKNOWN_RELEASE: user('There is no such release'),
  PLAN_NOTHING_DEPLOYED: user('Nothing was deployed there yet'),
  RUN_UNKNOWN: user('There is no such run'),
  RUN_NOT_RESUMABLE: user('The run cannot be resumed'),
  RUN_GRAPH_CHANGED: operation('The graph of a stored run is not the one it was started with'),
  RUN_LOCKED: operation('Another run holds the environment'),
  RUN_LEASE_LOST: operation('The run was taken over by another process'),
  RUN_STEP_TIMED_OUT: operation('A step took longer than it may'),
  RUN_STEP_CRASHED: operation('A step failed in a way that nobody expected'),
  RUN_STEP_STOPPED: operation('A step was stopped because its run ends'),
  RUN_NOT_WAITING: user('The run does not wait for this'),
  RUN_UNDO_FAILED: operation('Something could not be put back'),
  RUN_INTERRUPTED: {
    kind: 'operation',
    exit: EXIT.interrupted,
    title: 'The run was interrupted and can be resumed',
  },
  GATE_REFUSED: refused('A gate refused the deployment'),
  GATE_APPROVAL_REJECTED: refused('The approval was rejected'),
  GATE_NOT_DESCENDANT: refused('The commit does not descend from the live one'),
  STORE_DISK_FULL: operation('The disk is full'),
  STORE_BUSY: operation('Another process keeps the journal locked'),
  STORE_UNREADABLE: operation('The journal cannot be read'),
  SECRET_MISSING: user('A secret is not set'),
  SOURCE_NOT_A_REPOSITORY: user('This is not a git repository'),
  SOURCE_UNKNOWN_REF: user('There is no such commit, branch or tag'),
  BUILD_FAILED: operation('An app could not be built'),
  MIGRATION_FAILED: operation('A migration failed; nothing was deployed'),
  DEPLOY_UNHEALTHY: operation('The new release did not become healthy'),
  DEPLOY_EXITED: operation('A machine of the new release exited'),
  DEPLOY_NOT_CONVERGED: operation('What runs is not what was deployed'),
  DEPLOY_IMAGE_MISSING: operation('The image to deploy is not in the registry any more'),
  SMOKE_FAILED: operation('The smoke test failed'),
  HEALTH_FAILED: operation('The health check of the environment failed'),
  PROVIDER_UNAUTHORIZED: operation('The platform refused the token'),
  PROVIDER_NOT_FOUND: operation('The platform does not know the resource'),
  PROVIDER_CONFLICT: operation('Somebody else holds or changed the resource'),
  PROVIDER_QUOTA: operation('The platform has no room or allowance left'),
  PROVIDER_UNREACHABLE: operation('The platform did not answer'),
  PROVIDER_REJECTED: operation('The platform rejected the request'),
  PROVIDER_NOT_SUPPORTED: operation('This version cannot deploy to that platform yet'),
  PROVIDER_WRITE_REFUSED: operation('Something tried to change the platform while planning'),
  CLOUD_NOT_RUNNING: operation('The local cloud is not running'),
  CLOUD_ALREADY_UP: operation('The local cloud is already running'),
  CLOUD_PORT_IN_USE: operation('A port of the local cloud is taken'),
  CLOUD_POSTGRES_FAILED: operation('A local Postgres does not run'),
  CLOUD_IMAGE_INVALID: operation('An image in the local registry cannot be unpacked'),
  CLOUD_START_FAILED: operation('The local cloud did not start'),
} as const satisfies Record<string, ErrorCodeEntry>;

/** The closed union of codes; prefixed by layer. */
export type ErrorCode = keyof typeof ERROR_CODES;
