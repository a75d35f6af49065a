import { hideLiterals } from './hide-literals.ts';

/** A session of a database as others see it. */
export interface PostgresSession {
  readonly pid: number;
  readonly user: string;
  /** Its application_name; empty where it has none. */
  readonly application: string;
  /** `active`, `idle in transaction`, … */
  readonly state: string;
  /** How long its transaction is open, in milliseconds, by the server's clock; 0 without one. */
  readonly transactionMs: number;
  /** What it runs or ran last: shortened, without values. */
  readonly query: string;
}

/** The columns that {@link readSession} wants, of pg_stat_activity by the name of `alias`. */
export function sessionColumns(alias: string): string {
  return `${alias}.pid, ${alias}.usename as "user", ${alias}.application_name as application, ${alias}.state,
    coalesce(extract(epoch from clock_timestamp() - ${alias}.xact_start) * 1000, 0)::float8 as "transactionMs",
    ${alias}.query`;
}

/** One row of it. Of other people's sessions a login without rights sees the pid and little else. */
export function readSession(row: Readonly<Record<string, unknown>>): PostgresSession {
  return {
    pid: Number(row['pid']),
    user: textOf(row['user']),
    application: textOf(row['application']),
    state: textOf(row['state']),
    transactionMs: Math.max(0, Math.round(Number(row['transactionMs'] ?? 0))),
    query: hideLiterals(textOf(row['query'])),
  };
}

/** `pid 4711 (ada, psql), idle in transaction for 12 s: update member set name = …`. */
export function sessionWords({
  pid,
  user,
  application,
  state,
  transactionMs,
  query,
}: PostgresSession): string {
  const who = [user, application].filter((part) => part !== '').join(', ');
  const since = transactionMs === 0 ? '' : ` for ${Math.round(transactionMs / 100) / 10} s`;
  return `pid ${pid}${who === '' ? '' : ` (${who})`}, ${state === '' ? 'at work' : state}${since}${query === '' ? '' : `: ${query}`}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
