/** How a command ends. CLI.md; the shell's own convention for 130. */
export const EXIT = { ok: 0, failed: 1, usage: 2, changesPending: 3, refused: 4, interrupted: 130 } as const;

interface ErrorCodeEntry {
  /** `user`: what was written or typed; `operation`: something outside did not do what was asked. */
  readonly kind: 'user' | 'operation';
  readonly exit: (typeof EXIT)[keyof typeof EXIT];
  /** A few words, the title of the code's page in docs/errors. */
  readonly title: string;
}

/**
 * Every code there is, declared once. `test/architecture.test.ts` checks that each has a page in docs/errors and a
 * test that names it.
 */
export const ERROR_CODES = {
  CLI_USAGE: { kind: 'user', exit: 2, title: 'A command was not written as it is used' },
  CLI_UNKNOWN_COMMAND: { kind: 'user', exit: 2, title: 'There is no such command' },
  CONFIG_NOT_FOUND: { kind: 'user', exit: 2, title: 'There is no glidepath.config.ts' },
  CONFIG_THREW: { kind: 'user', exit: 2, title: 'The config file threw while it was loaded' },
  CONFIG_NO_DEFAULT_EXPORT: { kind: 'user', exit: 2, title: 'The config file does not export a project' },
  CONFIG_INVALID: { kind: 'user', exit: 2, title: 'The config has mistakes' },
  CONFIG_UNKNOWN_KEY: { kind: 'user', exit: 2, title: 'A key is not known' },
  CONFIG_MISSING_KEY: { kind: 'user', exit: 2, title: 'A key is missing' },
  CONFIG_WRONG_TYPE: { kind: 'user', exit: 2, title: 'A value has the wrong type' },
  CONFIG_INVALID_VALUE: { kind: 'user', exit: 2, title: 'A value is not possible here' },
  CONFIG_UNKNOWN_REFERENCE: { kind: 'user', exit: 2, title: 'A name refers to nothing' },
  CONFIG_CONFLICT: { kind: 'user', exit: 2, title: 'Two settings contradict each other' },
  CONFIG_TOML_SYNTAX: { kind: 'user', exit: 2, title: 'A fly.toml is not TOML' },
  CONFIG_NOT_IMPORTED: { kind: 'user', exit: 2, title: 'Something in a fly.toml is not taken over' },
  CONFIG_EXISTS: { kind: 'user', exit: 2, title: 'There is a config file already' },
  PLAN_UNKNOWN_TRIGGER: { kind: 'user', exit: 2, title: 'The trigger is not one that exists' },
  PLAN_NOTHING_MATCHES: { kind: 'user', exit: 2, title: 'No environment listens to this trigger' },
  PLAN_UNKNOWN_ENVIRONMENT: { kind: 'user', exit: 2, title: 'There is no such environment' },
  PLAN_UNKNOWN_APP: { kind: 'user', exit: 2, title: 'There is no such app' },
  PLAN_UNKNOWN_RELEASE: { kind: 'user', exit: 2, title: 'There is no such release' },
  PLAN_NOTHING_DEPLOYED: { kind: 'user', exit: 2, title: 'Nothing was deployed there yet' },
  CHECK_UNKNOWN: { kind: 'user', exit: 2, title: 'There is no such check' },
  CHECK_GLOB_EMPTY: { kind: 'user', exit: 2, title: 'A glob of a check matches nothing' },
  CHECK_INPUT_UNREADABLE: { kind: 'operation', exit: 1, title: 'A file that checks depend on cannot be read' },
  CHECK_FAILED: { kind: 'operation', exit: 1, title: 'A check failed' },
  CHECK_WROTE_OUTSIDE: {
    kind: 'operation',
    exit: 1,
    title: 'A check changed what it does not say it makes',
  },
  CACHE_KEY_INVALID: { kind: 'user', exit: 2, title: 'A key of the cache cannot be used' },
  ARTIFACT_INVALID: { kind: 'operation', exit: 1, title: 'An artifact is not what it was made as' },
  ARTIFACT_KEY_INVALID: { kind: 'user', exit: 2, title: 'A key for signatures cannot be used' },
  REVIEW_UNKNOWN: { kind: 'user', exit: 2, title: 'There is no such open pull request' },
  RUN_UNKNOWN: { kind: 'user', exit: 2, title: 'There is no such run' },
  RUN_NOT_RESUMABLE: { kind: 'user', exit: 2, title: 'The run cannot be resumed' },
  RUN_GRAPH_CHANGED: {
    kind: 'operation',
    exit: 1,
    title: 'The graph of a stored run is not the one it was started with',
  },
  RUN_LOCKED: { kind: 'operation', exit: 1, title: 'Another run holds the environment' },
  RUN_LEASE_LOST: { kind: 'operation', exit: 1, title: 'The run was taken over by another process' },
  RUN_STEP_TIMED_OUT: { kind: 'operation', exit: 1, title: 'A step took longer than it may' },
  RUN_STEP_CRASHED: { kind: 'operation', exit: 1, title: 'A step failed in a way that nobody expected' },
  RUN_STEP_STOPPED: { kind: 'operation', exit: 1, title: 'A step was stopped because its run ends' },
  RUN_NOT_WAITING: { kind: 'user', exit: 2, title: 'The run does not wait for this' },
  RUN_UNDO_FAILED: { kind: 'operation', exit: 1, title: 'Something could not be put back' },
  RUN_INTERRUPTED: {
    kind: 'operation',
    exit: 130,
    title: 'The run was interrupted and can be resumed',
  },
  GATE_REFUSED: { kind: 'operation', exit: 4, title: 'A gate refused the deployment' },
  GATE_APPROVAL_REJECTED: { kind: 'operation', exit: 4, title: 'The approval was rejected' },
  GATE_APPROVAL_EXPIRED: { kind: 'operation', exit: 4, title: 'Nobody approved in time' },
  APPROVAL_REFUSED: { kind: 'operation', exit: 4, title: 'The deployment is not approved' },
  APPROVAL_VOID: { kind: 'operation', exit: 4, title: 'Something else was approved' },
  GATE_NOT_DESCENDANT: { kind: 'operation', exit: 4, title: 'The commit does not descend from the live one' },
  STORE_DISK_FULL: { kind: 'operation', exit: 1, title: 'The disk is full' },
  STORE_BUSY: { kind: 'operation', exit: 1, title: 'Another process keeps the journal locked' },
  STORE_UNREADABLE: { kind: 'operation', exit: 1, title: 'The journal cannot be read' },
  SQL_SYNTAX: { kind: 'user', exit: 2, title: 'Postgres cannot read the SQL' },
  SECRET_MISSING: { kind: 'user', exit: 2, title: 'A secret is not set' },
  SOURCE_NOT_A_REPOSITORY: { kind: 'user', exit: 2, title: 'This is not a git repository' },
  SOURCE_UNKNOWN_REF: { kind: 'user', exit: 2, title: 'There is no such commit, branch or tag' },
  GENERATE_FAILED: { kind: 'operation', exit: 1, title: 'A generated file could not be read or written' },
  BUILD_FAILED: { kind: 'operation', exit: 1, title: 'An app could not be built' },
  ENGINE_MISSING: { kind: 'operation', exit: 1, title: 'No container engine answers' },
  DATABASE_URL_INVALID: { kind: 'user', exit: 2, title: 'The URL of a database cannot be used' },
  DATABASE_UNREACHABLE: { kind: 'operation', exit: 1, title: 'A database cannot be reached' },
  DATABASE_REFUSED: { kind: 'operation', exit: 1, title: 'A database refused the connection' },
  DATABASE_UNKNOWN_BRANCH: { kind: 'user', exit: 2, title: 'There is no such branch of the database' },
  DATABASE_UNKNOWN_RESTORE_POINT: { kind: 'user', exit: 2, title: 'There is no such restore point' },
  DATABASE_NOT_CONFIRMED: { kind: 'user', exit: 2, title: 'The name of the environment was not given' },
  DATABASE_OUTSIDE_WINDOW: {
    kind: 'user',
    exit: 2,
    title: 'The history of the database does not have that moment',
  },
  MIGRATION_FAILED: { kind: 'operation', exit: 1, title: 'A migration failed; nothing was deployed' },
  MIGRATION_LOCKED: { kind: 'operation', exit: 1, title: 'Another migration of the database is under way' },
  MIGRATION_BLOCKED: { kind: 'operation', exit: 1, title: 'A migration could not have a lock' },
  MIGRATION_EDITED: { kind: 'operation', exit: 4, title: 'A migration that ran was edited' },
  MIGRATION_UNSAFE: { kind: 'operation', exit: 4, title: 'A migration would keep people out' },
  MIGRATION_NOT_PASSED: {
    kind: 'operation',
    exit: 4,
    title: 'Other migrations ran where it should have passed',
  },
  ROLLBACK_FORWARD_ONLY: {
    kind: 'operation',
    exit: 4,
    title: 'What would be gone back over is forward only',
  },
  SEED_FAILED: { kind: 'operation', exit: 1, title: 'The test data could not be put into a database' },
  DEPLOY_UNHEALTHY: { kind: 'operation', exit: 1, title: 'The new release did not become healthy' },
  DEPLOY_EXITED: { kind: 'operation', exit: 1, title: 'A machine of the new release exited' },
  DEPLOY_NOT_CONVERGED: { kind: 'operation', exit: 1, title: 'What runs is not what was deployed' },
  DEPLOY_CANARY_FAILED: { kind: 'operation', exit: 1, title: 'The canary did worse than the others' },
  DEPLOY_NO_WAY_BACK: { kind: 'operation', exit: 4, title: 'What is live could not be gone back to' },
  DEPLOY_DOMAIN_UNVERIFIED: {
    kind: 'operation',
    exit: 1,
    title: 'A domain that is asked for does not lead to its app yet',
  },
  DEPLOY_IMAGE_MISSING: {
    kind: 'operation',
    exit: 1,
    title: 'The image to deploy is not in the registry any more',
  },
  SMOKE_FAILED: { kind: 'operation', exit: 1, title: 'The smoke test failed' },
  HEALTH_FAILED: { kind: 'operation', exit: 1, title: 'The health check of the environment failed' },
  PROVIDER_UNAUTHORIZED: { kind: 'operation', exit: 1, title: 'The platform refused the token' },
  PROVIDER_NOT_FOUND: { kind: 'operation', exit: 1, title: 'The platform does not know the resource' },
  PROVIDER_CONFLICT: { kind: 'operation', exit: 1, title: 'Somebody else holds or changed the resource' },
  PROVIDER_QUOTA: { kind: 'operation', exit: 1, title: 'The platform has no room or allowance left' },
  PROVIDER_UNREACHABLE: { kind: 'operation', exit: 1, title: 'The platform did not answer' },
  PROVIDER_HOST_UNREACHABLE: { kind: 'operation', exit: 1, title: 'The host of a machine cannot be reached' },
  PROVIDER_REJECTED: { kind: 'operation', exit: 1, title: 'The platform rejected the request' },
  PROVIDER_NOT_SUPPORTED: {
    kind: 'operation',
    exit: 1,
    title: 'This version cannot deploy to that platform yet',
  },
  PROVIDER_WRITE_REFUSED: {
    kind: 'operation',
    exit: 1,
    title: 'Something tried to change the platform while planning',
  },
  GITHUB_EVENT_MISMATCH: { kind: 'operation', exit: 4, title: 'The event may not start this' },
  GITHUB_TAG_NOT_ON_MAIN: { kind: 'operation', exit: 4, title: 'The tag is not on the main branch' },
  GITHUB_RERUN_REFUSED: { kind: 'operation', exit: 4, title: 'An old job was run again' },
  GITHUB_WEBHOOK_REFUSED: { kind: 'operation', exit: 4, title: 'A delivery to a webhook was refused' },
  GITHUB_NOT_CONFIRMED: { kind: 'user', exit: 2, title: 'The name of the environment was not given' },
  WORKFLOW_INVALID: { kind: 'user', exit: 2, title: 'GitHub would not take the GitHub workflow' },
  WORKFLOW_UNSUPPORTED: { kind: 'user', exit: 2, title: 'The local GitHub does not carry this out' },
  CLOUD_NOT_RUNNING: { kind: 'operation', exit: 1, title: 'The local cloud is not running' },
  CLOUD_ALREADY_UP: { kind: 'operation', exit: 1, title: 'The local cloud is already running' },
  CLOUD_BUSY: { kind: 'operation', exit: 1, title: 'A run is under way on the local cloud' },
  CLOUD_PORT_IN_USE: { kind: 'operation', exit: 1, title: 'A port of the local cloud is taken' },
  CLOUD_POSTGRES_FAILED: { kind: 'operation', exit: 1, title: 'A local Postgres does not run' },
  CLOUD_IMAGE_INVALID: {
    kind: 'operation',
    exit: 1,
    title: 'An image in the local registry cannot be unpacked',
  },
  CLOUD_STOP_FAILED: { kind: 'operation', exit: 1, title: 'Something of the local cloud could not be ended' },
  CLOUD_REFUSED: { kind: 'operation', exit: 1, title: 'The local cloud refused a request' },
  CLOUD_START_FAILED: { kind: 'operation', exit: 1, title: 'The local cloud did not start' },
} as const;

const checkedEntries: Readonly<Record<ErrorCode, ErrorCodeEntry>> = ERROR_CODES;
void checkedEntries;

/** The closed union of codes; prefixed by layer. */
export type ErrorCode = keyof typeof ERROR_CODES;
