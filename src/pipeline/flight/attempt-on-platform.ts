import type { Client } from 'pg';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { STRONG_LOCKS } from '../../providers/postgres/lock-waits.ts';
import type { AppDeployment, AppPlatform, PlatformWork } from '../../providers/app-platform.ts';
import type { Clock } from '../../util/clock.ts';
import type { AttemptEnd, AttemptRequest, Craft } from './attempt.ts';

/** What a migration that runs on the platform of its app is made with. */
export interface OnPlatformOptions {
  readonly command: string;
  readonly platform: AppPlatform;
  readonly deployment: AppDeployment;
  /** Set before each attempt, with the URL past any pooler. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly applicationName: string;
  /** Whether the client may be told its settings by PGOPTIONS, which a pooler would refuse. */
  readonly takesOptions: boolean;
  readonly clock: Clock;
  readonly work: PlatformWork;
}

/**
 * Runs the command on a temporary machine of the app's platform. What it says to the server is not seen: clients that
 * work as libpq does are told when to give up by PGOPTIONS, and all others are watched.
 */
export function craftOnPlatform(options: OnPlatformOptions): Craft {
  const { work } = options;
  let attemptsBefore = 0;
  while (work.recorded(blockedKey(attemptsBefore + 1)) !== undefined) attemptsBefore += 1;
  return {
    seesStatements: false,
    attemptsBefore,
    onBlocked: async (attempt) => void (await work.once(blockedKey(attempt), () => Promise.resolve(true))),
    begin(request) {
      const begunAt = options.clock.now();
      let since: number | null = null;
      return {
        end: run(options, request),
        log: null,
        async pids(client) {
          // The migration may have connected before the server answers here for the first time.
          since ??= (await timeOf(client)) - (options.clock.now() - begunAt);
          return ownSessions(client, options.applicationName, since);
        },
      };
    },
  };
}

/** The work of one attempt: its journal and what it makes are its own. */
export function attemptWork(work: PlatformWork, attempt: number): PlatformWork {
  const prefix = `attempt-${attempt}/`;
  return {
    idempotencyKey: `${work.idempotencyKey}/attempt-${attempt}`,
    signal: work.signal,
    log: (line) => work.log(line),
    once: async (key, fn) => work.once(`${prefix}${key}`, fn),
    recorded: (key) => work.recorded(`${prefix}${key}`),
  };
}

/** Attempts that were begun, by number. */
export function attemptsBegun(work: PlatformWork): readonly number[] {
  const begun: number[] = [];
  while (work.recorded(begunKey(begun.length + 1)) !== undefined) begun.push(begun.length + 1);
  return begun;
}

function blockedKey(attempt: number): string {
  return `blocked-${attempt}`;
}

function begunKey(attempt: number): string {
  return `begun-${attempt}`;
}

async function run(options: OnPlatformOptions, request: AttemptRequest): Promise<AttemptEnd> {
  const { clock, deployment, platform, command } = options;
  const work = attemptWork(options.work, request.number);
  await options.work.once(begunKey(request.number), () => Promise.resolve(true));
  const startedAt = clock.now();
  try {
    await platform.setSecrets(deployment.platformName, options.secrets, work);
    const env = { ...deployment.env, ...settingsOf(options, request) };
    await platform.runReleaseCommand({ ...deployment, env }, command, request.timeoutMs, work);
    return { isDone: true, message: 'The migration succeeded', isTimedOut: false, output: [], log: null };
  } catch (error) {
    if (!(error instanceof ToolError) || error.code !== 'MIGRATION_FAILED') throw error;
    return {
      isDone: false,
      message: error.message,
      isTimedOut: clock.now() - startedAt >= request.timeoutMs,
      output: error.output,
      log: null,
    };
  }
}

/** Read by libpq and by what works as it does: psql, psycopg, pg of Ruby and of Node, and others. */
function settingsOf(
  { applicationName, takesOptions }: OnPlatformOptions,
  { lockTimeoutMs, checksClients }: AttemptRequest,
): Record<string, string> {
  const checks = checksClients ? ' -c client_connection_check_interval=1000' : '';
  return {
    PGAPPNAME: applicationName,
    ...(takesOptions ? { PGOPTIONS: `-c lock_timeout=${lockTimeoutMs}${checks}` } : {}),
  };
}

/** By the server, in milliseconds since the Unix epoch. */
async function timeOf(client: Client): Promise<number> {
  const { rows } = await client.query<Record<string, unknown>>(
    'select floor(extract(epoch from clock_timestamp()) * 1000)::float8 as now',
  );
  return Number(rows[0]?.['now']);
}

/**
 * The sessions of a migration that runs elsewhere: those that took its name, and those of the same login, younger than
 * it, that have or want a lock which only a change of tables needs. No app asks for one.
 */
async function ownSessions(
  client: Client,
  applicationName: string,
  since: number,
): Promise<readonly number[]> {
  const { rows } = await client.query<Record<string, unknown>>(
    `select a.pid from pg_stat_activity a
     where a.datname = current_database() and a.pid <> pg_backend_pid() and a.usename = current_user
       and a.backend_type = 'client backend'
       and (a.application_name = $1 or (a.backend_start >= to_timestamp($2::float8 / 1000) and exists (
         select 1 from pg_locks l where l.pid = a.pid and l.locktype = 'relation' and l.mode = any($3)
           and l.relation >= 16384)))`,
    [applicationName, since, STRONG_LOCKS],
  );
  return rows.map((row) => Number(row['pid']));
}
