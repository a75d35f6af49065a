import type { ResolvedDatabase } from '../config/resolved.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { PlatformWork } from './app-platform.ts';

/** A database as its platform shows it. */
export interface ObservedDatabase {
  /** Its name on the platform. */
  readonly platformName: string;
  /** `asleep` wakes on the next connection. `busy`: the platform is at work on it. */
  readonly state: 'ready' | 'asleep' | 'busy' | 'failed';
  readonly region: string | null;
  /** Major version of Postgres, where the platform says. */
  readonly version: number | null;
  readonly sizeBytes: number | null;
  /** Whether the platform itself protects it from being deleted or reset. */
  readonly isProtected: boolean;
  /** How far back it can be restored to any moment, milliseconds since the Unix epoch; null where it cannot. */
  readonly restorableFrom: number | null;
}

/** A state that a database can be brought back to, by name. */
export interface RestorePoint {
  /** Unique in its database: `before-run-mwq8uqkzbr`. */
  readonly name: string;
  /** Of the data, milliseconds since the Unix epoch. */
  readonly at: number;
  /** When the platform removes it by itself; null: never. */
  readonly expiresAt: number | null;
  /** Whether Glidepath made it: only those are removed again. */
  readonly isOurs: boolean;
}

/** A copy of a database, beside it. */
export interface DatabaseBranch {
  readonly name: string;
  /** The name of the branch it was made from; null for the first one. */
  readonly parent: string | null;
  readonly createdAt: number;
  readonly expiresAt: number | null;
}

/** For whom a URL is. */
export interface ConnectionPurpose {
  /** `app`: through the pooler where that is asked for. `direct`: past any pooler, for migrations and advisory locks. */
  readonly use: 'app' | 'direct';
  /** Another branch than the environment's own. */
  readonly branch?: string;
  /** A restore point, to look at what it holds. PROVIDER_NOT_SUPPORTED where the platform lets nobody look into one. */
  readonly restorePoint?: string;
  /** Another login than the apps' own. */
  readonly role?: string;
}

/** How a database is reached. Secret: it holds a password; never journaled, never printed but by `db url`. */
export interface DatabaseAddress {
  /** For apps and machines on the platform. */
  readonly url: string;
  /** From where Glidepath runs; null where only the platform's own network leads to it. */
  readonly outsideUrl: string | null;
}

/** A moment, or a restore point. */
export type RestoreTarget =
  | { readonly kind: 'time'; readonly at: number }
  | { readonly kind: 'restore-point'; readonly name: string };

/** What a restore did. */
export interface RestoreResult {
  /** What there was before is kept under this name; null where the platform cannot. */
  readonly preservedAs: string | null;
  /** Of the data now. */
  readonly at: number;
}

/** What deleting a restore point came to. */
export type RestorePointRemoval =
  | { readonly isGone: true }
  /** `because`: no capital, no full stop, such as `branch staging was made from it`. */
  | { readonly isGone: false; readonly because: string };

/** The half of a database platform that cannot change anything. */
export interface DatabasePlatformReader {
  /** Null when it is not there. */
  observe(database: ResolvedDatabase): Promise<ObservedDatabase | null>;
  /** Newest first. */
  restorePoints(database: ResolvedDatabase): Promise<readonly RestorePoint[]>;
  /** Every branch beside it, its own among them. Empty where the platform has none. */
  branches(database: ResolvedDatabase): Promise<readonly DatabaseBranch[]>;
  /** The names of all databases on the platform among which this one's own is, or would be. None where it makes none. */
  names(database: ResolvedDatabase): Promise<readonly string[]>;
  /**
   * Everything that would stop a deployment at these databases later and can be seen now: a token that may not, a
   * project, branch or role that is not there, a limit. Throws only where nothing can be read.
   */
  findProblems(databases: readonly ResolvedDatabase[]): Promise<readonly Diagnostic[]>;
}

/** The platform behind a database: read, and change. Every method may be repeated with the same work, and does nothing twice. */
export interface DatabasePlatform extends DatabasePlatformReader {
  /** Makes it where it is missing, and brings size and sleep to what is written. Says whether it was made. */
  ensure(database: ResolvedDatabase, work: PlatformWork): Promise<{ readonly created: boolean }>;
  /** Throws DATABASE_UNKNOWN_BRANCH, or PROVIDER_NOT_FOUND where the database itself is not there. */
  address(
    database: ResolvedDatabase,
    purpose: ConnectionPurpose,
    signal?: AbortSignal,
  ): Promise<DatabaseAddress>;
  /** Keeps the present state by name. `expiresAt` in milliseconds since the Unix epoch. */
  createRestorePoint(
    database: ResolvedDatabase,
    options: { readonly name: string; readonly expiresAt: number | null },
    work: PlatformWork,
  ): Promise<RestorePoint>;
  /** One that is gone is no error. Says where it has to stay, and what it is needed for. */
  deleteRestorePoint(
    database: ResolvedDatabase,
    name: string,
    work: PlatformWork,
  ): Promise<RestorePointRemoval>;
  /**
   * Brings the data back; the URL stays, connections are cut. What was there is kept as `preserveAs` where the platform
   * can. Throws DATABASE_UNKNOWN_RESTORE_POINT, DATABASE_OUTSIDE_WINDOW or PROVIDER_NOT_SUPPORTED before anything is
   * changed; after PROVIDER_QUOTA everything is as it was.
   */
  restore(
    database: ResolvedDatabase,
    options: { readonly target: RestoreTarget; readonly preserveAs: string },
    work: PlatformWork,
  ): Promise<RestoreResult>;
  /** A copy beside it: of now, or of `at`. The same name again is the same branch. */
  branch(
    database: ResolvedDatabase,
    options: {
      readonly name: string;
      readonly at?: number;
      readonly schemaOnly?: boolean;
      readonly expiresAt: number | null;
    },
    work: PlatformWork,
  ): Promise<DatabaseBranch>;
  /** One that is gone is no error. Never the environment's own. */
  deleteBranch(database: ResolvedDatabase, name: string, work: PlatformWork): Promise<void>;
  /** Apps get its URL by a secret; this takes away what the platform itself remembers of an app: a login, an attachment. */
  detach(database: ResolvedDatabase, appPlatformName: string, work: PlatformWork): Promise<void>;
  /** One that is gone is no error. */
  destroy(database: ResolvedDatabase, work: PlatformWork): Promise<void>;
}
