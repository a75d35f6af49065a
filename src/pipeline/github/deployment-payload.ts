import type { ResolvedEnvironment } from '../../config/resolved.ts';
import type { DeploymentPlan } from '../../plan/plan.ts';
import type { Json } from '../../util/json.ts';
import { grantedApproval, type GrantedApproval } from '../approval/granted-approval.ts';
import type { RecordedProbe, RecordedRestorePoint } from '../history.ts';
import { releaseOf, type MigrationRecord, type Release } from '../release.ts';
import type { RecordedVerdict } from '../verdict/history-verdict.ts';
import type { MigratedRecord } from '../verdict/migrated-records.ts';

/** The task of every deployment that we make on GitHub: others are not looked at. */
export const DEPLOYMENT_TASK = 'glidepath';

/** A run of GitHub Actions, and the job of it that carries a run of ours out. */
export interface ActionsJob {
  readonly run: number;
  readonly attempt: number;
  readonly job: string;
}

/** What ran of one app before: enough to say it, and to see whether something was changed. */
export interface AppBefore {
  readonly release: string | null;
  readonly digest: string | null;
  /** Region → number of machines. */
  readonly machines: Readonly<Record<string, number>>;
}

/**
 * What we write into a deployment on GitHub: all that the next runner, which has no disk of ours, must know of this one.
 * Holds names of secrets, never their values.
 */
export interface DeploymentPayload {
  /** The version of this format. */
  readonly glidepath: 1;
  readonly project: string;
  readonly run: string;
  readonly action: DeploymentPlan['action'];
  /** Null where it does not run in GitHub Actions. */
  readonly actions: ActionsJob | null;
  readonly pullRequest: number | null;
  readonly commit: string;
  readonly ref: string;
  readonly by: string;
  /** Who agreed to it; null where nobody had to. */
  readonly approval: GrantedApproval | null;
  /** The apps that it is limited to; null: all. */
  readonly apps: readonly string[] | null;
  /** The id of the release that was live. */
  readonly live: string | null;
  /** App → digest; null while nothing is built. */
  readonly digests: Readonly<Record<string, string>> | null;
  readonly back: RecordedVerdict | null;
  readonly restorePoints: readonly RecordedRestorePoint[];
  /** The databases that it made anew, and those that it put test data into. */
  readonly made: readonly string[];
  readonly seeded: readonly string[];
  /** The data that it brought back: the database, and the moment that they are of. */
  readonly restored: { readonly database: string; readonly target: number } | null;
  /** What it began to migrate, and how far that can be gone back from. */
  readonly migrated: readonly Pick<MigratedRecord, 'database' | 'from' | 'verdict' | 'reason'>[];
  readonly probes: readonly RecordedProbe[];
  readonly before: Readonly<Record<string, AppBefore>>;
  readonly migrations: MigrationRecord | null;
  /** The environment as it was resolved: what its apps run with. */
  readonly settings: ResolvedEnvironment | null;
  /** Parts that were left out for their size. */
  readonly dropped: readonly (typeof DROPPED_FIRST)[number][];
}

/**
 * More is not asked of GitHub, whose own limit is not documented: what is below 64 KiB has always been taken. A deployment of
 * four apps with 300 migration files has about 40 kB.
 */
export const PAYLOAD_BYTES_MAX: number = 48 * 1024;

/**
 * What is left out first where a payload is too long, one after the other. Words come first; without the settings a
 * rollback takes those that are written now; without the checksums an edited migration is not noticed.
 */
export const DROPPED_FIRST = ['probes', 'before', 'settings', 'migrations'] as const;

const EMPTY: Pick<DeploymentPayload, (typeof DROPPED_FIRST)[number]> = {
  probes: [],
  before: {},
  settings: null,
  migrations: null,
};

/** The payload as GitHub is handed it: within its size, and without what `redact` knows to be secret. Pure. */
export function encodePayload(
  payload: DeploymentPayload,
  redact: (text: string) => string,
): { readonly [key: string]: Json } {
  let shortened = payload;
  for (const part of DROPPED_FIRST) {
    if (bytesOf(shortened) <= PAYLOAD_BYTES_MAX) break;
    shortened = { ...shortened, [part]: EMPTY[part], dropped: [...shortened.dropped, part] };
  }
  return JSON.parse(redact(JSON.stringify(shortened))) as { readonly [key: string]: Json };
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/**
 * Reads what a deployment on GitHub holds; null where it was not written by us, or by a version that this one does not
 * know, or contradicts itself: a release whose id is not that of its digests, settings of another environment. Whether it
 * may be believed is asked elsewhere. Pure.
 */
export function decodePayload(written: Json, environment: string): DeploymentPayload | null {
  const fields = fieldsOf(parsed(written));
  const { run, commit, action, digests, settings } = fields;
  if (fields['glidepath'] !== 1 || !isText(run, RUN) || !isText(commit, COMMIT)) return null;
  if (!ACTIONS.has(action as DeploymentPlan['action'])) return null;
  if (digests !== null && !Object.values(fieldsOf(digests)).every((each) => isText(each, DIGEST)))
    return null;
  if (settings !== undefined && settings !== null && fieldsOf(settings)['name'] !== environment) return null;
  const job = fieldsOf(fields['actions']);
  const isJob = Number.isSafeInteger(job['run']) && Number.isSafeInteger(job['attempt']);
  return {
    glidepath: 1,
    project: textOf(fields['project']),
    run,
    action: action as DeploymentPlan['action'],
    actions: isJob
      ? { run: Number(job['run']), attempt: Number(job['attempt']), job: textOf(job['job']) }
      : null,
    pullRequest: Number.isSafeInteger(fields['pullRequest']) ? Number(fields['pullRequest']) : null,
    commit,
    ref: textOf(fields['ref']),
    by: textOf(fields['by']),
    approval: grantedApproval(fields['approval']),
    apps: Array.isArray(fields['apps']) ? fields['apps'].map((app) => String(app)) : null,
    live: typeof fields['live'] === 'string' ? fields['live'] : null,
    digests: digests === null || digests === undefined ? null : (digests as Record<string, string>),
    back: (fields['back'] ?? null) as RecordedVerdict | null,
    restorePoints: listOf(fields['restorePoints']) as unknown as DeploymentPayload['restorePoints'],
    made: listOf(fields['made']).map((name) => textOf(name)),
    seeded: listOf(fields['seeded']).map((name) => textOf(name)),
    restored: (fields['restored'] ?? null) as DeploymentPayload['restored'],
    migrated: listOf(fields['migrated']) as unknown as DeploymentPayload['migrated'],
    probes: listOf(fields['probes']) as unknown as DeploymentPayload['probes'],
    before: fieldsOf(fields['before']) as unknown as DeploymentPayload['before'],
    migrations: (fields['migrations'] ?? null) as MigrationRecord | null,
    settings: (settings ?? null) as ResolvedEnvironment | null,
    dropped: listOf(fields['dropped']) as unknown as DeploymentPayload['dropped'],
  };
}

/** The release that a payload tells of; null while none was built. Its id follows from its digests. */
export function releaseIn(payload: DeploymentPayload): Release | null {
  const { commit, ref, digests, migrations } = payload;
  if (digests === null) return null;
  return { ...releaseOf(commit, ref, digests), ...(migrations === null ? {} : { migrations }) };
}

const RUN = /^run-[a-z0-9]{1,32}$/;
const COMMIT = /^[0-9a-f]{40}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const ACTIONS: ReadonlySet<DeploymentPlan['action']> = new Set([
  'deploy',
  'promote',
  'rollback',
  'scale',
  'restore',
  'destroy',
]);

/** GitHub gives an object back as one; where it was written as text, as text. */
function parsed(written: Json): Json {
  if (typeof written !== 'string') return written;
  try {
    return JSON.parse(written) as Json;
  } catch {
    return null;
  }
}

function fieldsOf(value: Json | undefined): { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })
    : {};
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function isText(value: Json | undefined, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value);
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
