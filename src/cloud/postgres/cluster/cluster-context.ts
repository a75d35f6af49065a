import type { Clock } from '../../../util/clock.ts';
import type { ClusterTemplate } from './cluster-template.ts';
import type { CopyMethod } from '../copy/copy-method.ts';
import type { PostgresLauncher } from '../server/postgres-launcher.ts';
import type { PostgresSettings } from '../server/postgres-settings.ts';

/** What all clusters of a service share. */
export interface ClusterContext {
  /** The service's directory. */
  readonly stateDir: string;
  readonly program: string;
  readonly launcher: PostgresLauncher;
  readonly template: () => Promise<ClusterTemplate>;
  readonly copyMethod: CopyMethod;
  readonly settings: PostgresSettings;
  readonly clock: Clock;
  /** Where a cluster says nothing itself. Null: never suspended for being idle. */
  readonly idleMs: number | null;
  /** Where a cluster says nothing itself: how far back it can be restored. */
  readonly retentionMs: number;
  readonly startTimeoutMs: number;
}
