import { ToolError } from '../../diagnostics/tool-error.ts';
import { databaseWords, type PostgresUrl } from './postgres-url.ts';

/** SQLSTATE class 57P: the server is ending, starting or in recovery. */
const NOT_READY: ReadonlySet<string> = new Set(['57P01', '57P02', '57P03']);

/** The five characters by which Postgres says what is wrong; null where it is no answer of a server. */
export function sqlStateOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) && 'severity' in error
    ? error.code
    : null;
}

/** Whether the server ends, starts or recovers: later it may answer. */
export function isNotReady(error: unknown): boolean {
  return NOT_READY.has(sqlStateOf(error) ?? '');
}

/** Whether the next way to encrypt is worth a try: the server has no TLS, or lets nobody in without it. */
export function isTlsRefused(error: unknown, wasEncrypted: boolean): boolean {
  if (!wasEncrypted) return sqlStateOf(error) === '28000';
  return error instanceof Error && /does not support SSL/i.test(error.message);
}

/** What failed while connecting, as the error that is shown. */
export function connectError(target: PostgresUrl, error: unknown): ToolError {
  const where = databaseWords(target);
  const state = sqlStateOf(error);
  if (state === null || isNotReady(error)) {
    return new ToolError(
      'DATABASE_UNREACHABLE',
      `The database ${where} cannot be reached: ${wordsOf(error)}.`,
      {
        hint: unreachableHint(target),
        retry: 'safe',
        cause: error,
      },
    );
  }
  return new ToolError(
    'DATABASE_REFUSED',
    `The database ${where} refused the connection: ${wordsOf(error)}.`,
    {
      hint: refusedHint(target, state),
      cause: error,
    },
  );
}

function wordsOf(error: unknown): string {
  // Node tries every address of a name, and gathers what each said.
  if (error instanceof AggregateError && error.errors.length > 0) return wordsOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return error.message === '' ? error.name : error.message.replace(/\.$/, '');
}

function unreachableHint({ host }: PostgresUrl): string {
  if (/\.(flycast|internal)$/.test(host))
    return `${host} exists only inside Fly: run this where Fly's private network is, or let it run on Fly.`;
  return 'Look whether host and port of the URL are right, whether the server runs, and whether a firewall is between.';
}

function refusedHint({ user, database }: PostgresUrl, state: string): string {
  switch (state) {
    case '28P01':
    case '28000':
      return `Look at the user (${user}) and the password of the URL.`;
    case '3D000':
      return `There is no database ${database} on that server: look at the last part of the URL.`;
    case '53300':
      return 'Too many connections are open: close some, or raise max_connections.';
    default:
      return `The server said SQLSTATE ${state}.`;
  }
}
