import { ToolError } from '../../../diagnostics/tool-error.ts';
import { hasStatus } from '../../fly/client/fly-api-error.ts';
import { appPath } from '../../fly/client/machines-api.ts';
import type { MachineRef } from '../../fly/client/machines-api.ts';
import type { ClusterContext } from './cluster-context.ts';
import { awaitChecks, startMachine } from './cluster-machine.ts';

/** What `exec` answers (OpenAPI, `flydv1.ExecResponse`). */
interface ExecAnswer {
  /** Negative, or 128 and more, where a signal ended it. */
  readonly exit_code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

/** As the superuser, by the socket inside the machine, which asks for no password; values bare, one row a line. */
const PSQL = ['psql', '-X', '-q', '-t', '-A', '-v', 'ON_ERROR_STOP=1', '-U', 'postgres', '-f', '-'] as const;
/** psql's exit code for a server that does not let it in: it starts, or is about to stop. */
const NOT_CONNECTED = 2;
/** A new cluster is made first, and after a crash the log is replayed. */
const READY_WITHIN_MS = 120_000;
/** Of one script: less than the request itself may take. */
const EXEC_TIMEOUT_S = 50;
/** How often a machine is started again that has been put to sleep before it could be asked. */
const STARTS_MAX = 5;

/**
 * Runs a script inside a cluster's machine by the documented `exec` route, so that no way into the platform's network is
 * needed, and starts the machine where it sleeps. The script goes by standard input: no argument of a process shows it.
 * Must do no harm when it is run twice. Throws DATABASE_UNREACHABLE, or PROVIDER_REJECTED with what the server said.
 */
export async function runSql(
  context: ClusterContext,
  ref: MachineRef,
  sql: string,
  options: { readonly database?: string; readonly signal?: AbortSignal | undefined } = {},
): Promise<string> {
  const { signal } = options;
  const command = [...PSQL, '-d', options.database ?? 'postgres'];
  const deadline = context.clock.now() + READY_WITHIN_MS;
  await startMachine(context, ref, signal);
  for (let starts = 1; ;) {
    const answer = await exec(context, ref, command, sql, signal);
    if (answer !== 'not-running' && answer.exit_code === 0) return answer.stdout ?? '';
    const said = answer === 'not-running' ? '' : (answer.stderr ?? '').trim();
    if (answer === 'not-running' || (await wasStopped(context, ref, answer, signal))) {
      if (++starts > STARTS_MAX) throw notReady(ref, 'its machine is stopped again and again');
      await startMachine(context, ref, signal);
      await awaitChecks(context, ref, signal);
      continue;
    }
    if (answer.exit_code !== NOT_CONNECTED) throw refused(ref, said);
    if (context.clock.now() >= deadline) throw notReady(ref, said);
    await context.clock.sleep(context.timing.pollMs, signal);
  }
}

/** Whether the machine was put to sleep in the midst of it: the proxy sees no connection, and takes it for idle. */
async function wasStopped(
  context: ClusterContext,
  ref: MachineRef,
  { exit_code: code = 0, stderr = '' }: ExecAnswer,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (code < 0 || code >= SIGNALLED || SENT_AWAY.test(stderr)) return true;
  return (await context.machines.get(ref, signal)).state !== 'started';
}

/** From here on an exit code names a signal. */
const SIGNALLED = 128;
/** What is said to those who are connected when the server ends. */
const SENT_AWAY = /terminating connection|shutting down|closed the connection|connection terminated/i;

async function exec(
  context: ClusterContext,
  ref: MachineRef,
  command: readonly string[],
  stdin: string,
  signal: AbortSignal | undefined,
): Promise<ExecAnswer | 'not-running'> {
  try {
    const answer = await context.client.send({
      method: 'POST',
      path: `${appPath(ref.app)}/machines/${encodeURIComponent(ref.id)}/exec`,
      body: { command, stdin, timeout: EXEC_TIMEOUT_S },
      resource: `a command in machine ${ref.id} of app ${ref.app}`,
      subject: ref.id,
      isRepeatable: true,
      signal,
    });
    return answer as ExecAnswer;
  } catch (error) {
    // "machine is not running": the proxy has put it to sleep meanwhile.
    if (hasStatus(error, 412)) return 'not-running';
    throw error;
  }
}

function refused(ref: MachineRef, said: string): ToolError {
  return new ToolError('PROVIDER_REJECTED', `Postgres in ${ref.app} refused: ${said}`, {
    hint: `Look at it yourself: fly ssh console -a ${ref.app} -C 'psql -U postgres'`,
  });
}

function notReady(ref: MachineRef, why: string): ToolError {
  return new ToolError('DATABASE_UNREACHABLE', `Postgres in ${ref.app} does not let anybody in: ${why}`, {
    hint: `See what it says: fly logs -a ${ref.app}`,
    retry: 'safe',
  });
}
