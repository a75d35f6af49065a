import type { ResolvedDatabase, ResolvedEnvironment, ResolvedProject } from '../config/resolved.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Engine } from '../engine/engine.ts';
import type { History } from '../pipeline/history.ts';
import type { PipelineDeps } from '../pipeline/pipeline-deps.ts';
import type { GitSource } from '../providers/git/git-source.ts';
import type { AppPlatformReader } from '../providers/app-platform.ts';
import type { DatabasePlatformReader } from '../providers/database-platform.ts';
import type { Clock } from '../util/clock.ts';
import type { SecretVault } from './platforms/secret-vault.ts';

/** Everything a command works with, built from the project and the place it runs in. */
export interface Workbench {
  readonly project: ResolvedProject;
  /** The directory of the config file. */
  readonly root: string;
  /** Says of what a platform has against a setting where it is written. */
  readonly place: (diagnostic: Diagnostic) => Diagnostic;
  readonly engine: Engine;
  readonly history: History;
  readonly deps: PipelineDeps;
  readonly source: GitSource;
  readonly vault: SecretVault;
  readonly clock: Clock;
  /** Null where there is no token for the environment, or its platform has no reader. */
  readerOf(environment: ResolvedEnvironment): AppPlatformReader | null;
  /** Null where the token of this database is not set. */
  databaseReaderOf(database: ResolvedDatabase): DatabasePlatformReader | null;
  /** A new id for a run: sortable by time. */
  newRunId(): string;
  close(): Promise<void>;
}
