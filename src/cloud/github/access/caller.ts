import type { Context } from 'hono';
import type { AccountRecord, TokenRecord } from '../account-records.ts';
import type { EventCause } from '../event-records.ts';

/** Who asks, and with what. */
export interface Caller {
  readonly account: AccountRecord;
  /** Null for the cloud's own token. */
  readonly token: TokenRecord | null;
}

/** What {@link callerOf} may find. */
declare module 'hono' {
  interface ContextVariableMap {
    /** Null: nobody in particular. */
    githubCaller: Caller | null;
    /** The app whose key signed the request, which opens `/app` alone. */
    githubApp: number | null;
  }
}

/** Who asks; null for somebody who brings nothing. */
export function callerOf(c: Context): Caller | null {
  return c.var.githubCaller ?? null;
}

/** What events by this caller are caused by. */
export function causeOf(caller: Caller): EventCause {
  if (caller.token?.kind === 'job') return 'job';
  return caller.token?.kind === 'installation' ? 'app' : 'person';
}

/** The app behind a caller; null for people. */
export function appIdOf(caller: Caller): number | null {
  return caller.token?.appId ?? null;
}
