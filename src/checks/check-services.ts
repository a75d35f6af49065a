/** A service that one check has for itself. */
export interface CheckService {
  /** What the check is told of it: `DATABASE_URL` and the like. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends it and removes what it kept. */
  close(): Promise<void>;
}

/**
 * Starts a service as it is written in the config (`postgres`, `postgres:17`) for one check. Throws
 * PROVIDER_NOT_SUPPORTED for one that cannot be had here.
 */
export type OpenCheckService = (service: string, signal: AbortSignal) => Promise<CheckService>;
