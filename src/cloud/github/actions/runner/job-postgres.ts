/** Who has a server, as the image postgres would make it. */
export interface JobPostgresOrder {
  readonly user: string;
  readonly database: string;
  readonly password: string;
  readonly trust: boolean;
}

/** A server of one job. */
export interface JobPostgresServer {
  /** On 127.0.0.1. */
  readonly port: number;
  /** `18.4` */
  readonly version: string;
  /** Ends it and removes what it kept. */
  readonly close: () => Promise<void>;
}

/** Starts a server; resolves when it takes connections. */
export type JobPostgres = (order: JobPostgresOrder, signal: AbortSignal) => Promise<JobPostgresServer>;
