import type { Hono } from 'hono';
import type { Clock } from '../../util/clock.ts';
import type { PostgresService } from '../postgres/postgres-service.ts';
import { ManagedClusterStore } from './managed-cluster-store.ts';
import type { ManagedCluster } from './managed-cluster.ts';
import { ManagedClusters } from './managed-clusters.ts';
import { managedPostgresRoutes } from './managed-postgres-routes.ts';

/** What {@link createManagedPostgres} needs. */
export interface ManagedPostgresOptions {
  /** Holds `managed-postgres.db`; the data are with `postgres`. */
  readonly stateDir: string;
  readonly postgres: PostgresService;
  readonly clock: Clock;
  /** Whether there is a Fly app of this name. */
  readonly appExists: (name: string) => boolean | Promise<boolean>;
}

/** Fly's Managed Postgres over local servers. */
export interface ManagedPostgres {
  /** `/v1/postgres…`; whoever mounts them has seen to the token. */
  readonly routes: Hono;
  /** Every cluster, deleted ones too, the oldest first. */
  list(): readonly ManagedCluster[];
  /** Deletes every cluster with its data, and waits until they are gone. */
  reset(): Promise<void>;
  /** Waits for what goes on in the background and lets go of the file. To be called before `postgres` is closed. */
  close(): Promise<void>;
}

/** Opens it on its directory; creations and deletions a killed process had under way go on. */
export function createManagedPostgres(options: ManagedPostgresOptions): ManagedPostgres {
  const store = new ManagedClusterStore(options.stateDir);
  const clusters = new ManagedClusters(store, options.postgres, options.clock);
  return {
    routes: managedPostgresRoutes({ clusters, postgres: options.postgres, appExists: options.appExists }),
    list: () => clusters.all(),
    async reset() {
      for (const cluster of clusters.all()) if (cluster.status !== 'deleted') clusters.delete(cluster.id);
      await clusters.settled();
    },
    async close() {
      await clusters.settled();
      store.close();
    },
  };
}
