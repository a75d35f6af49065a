import { Hono } from 'hono';
import type { Clock } from '../../util/clock.ts';
import type { Organizations } from '../organizations/organizations.ts';
import type { PostgresService } from '../postgres/postgres-service.ts';
import { admitToCompute } from './compute/admit-to-compute.ts';
import { ComputePorts } from './compute/compute-ports.ts';
import { Pooler } from './compute/pooler.ts';
import { serveCompute } from './compute/serve-compute.ts';
import { removeProject } from './projects/delete-project.ts';
import { contentsOf, inventoryOf } from './neon-inventory.ts';
import type { NeonInventoryItem } from './neon-inventory.ts';
import { NeonClusters } from './neon-clusters.ts';
import type { NeonContext } from './neon-context.ts';
import { isNeonCluster } from './neon-ids.ts';
import { NeonKeeper } from './neon-keeper.ts';
import { defaultNeonLimits } from './neon-limits.ts';
import type { NeonLimits } from './neon-limits.ts';
import { NeonOperations } from './neon-operations.ts';
import { neonRoutes } from './neon-routes.ts';
import { NeonState } from './neon-state.ts';
import { NeonStore } from './neon-store.ts';
import { neonTaskRunner } from './neon-tasks.ts';
import { sqlRoute } from './sql/sql-route.ts';

/** What {@link createNeon} needs. */
export interface NeonOptions {
  /** Holds `neon.db`; the data are with `postgres`. */
  readonly stateDir: string;
  readonly postgres: PostgresService;
  readonly clock: Clock;
  readonly organizations: Organizations;
  /** What `suspend_timeout_seconds: 0` means. Default: as on Neon, five minutes. */
  readonly defaultIdleMs?: number;
  /** Whether Neon's rate limits hold. Default true. */
  readonly rateLimits?: boolean;
}

/** Neon over local servers. */
export interface Neon {
  /** `/api/v2…`, which sees to keys by itself, and `/sql`. */
  readonly routes: Hono;
  /** What may be changed while it runs. */
  readonly limits: NeonLimits;
  /** Every branch that is not deleted, the oldest first. */
  inventory(): readonly NeonInventoryItem[];
  /** What each Postgres of Neon's holds, for people: `shop/main`, `shop/old (deleted)`, `shop@snapshot`. */
  contents(): ReadonlyMap<string, string>;
  /** While held, operations are accepted and do not get on: projects stay locked. */
  hold(isHeld: boolean): void;
  /** Forgets every project with its data, and every key. */
  reset(): Promise<void>;
  /** Waits for what goes on in the background and lets go of ports and file. To be called before `postgres` is closed. */
  close(): Promise<void>;
}

/** Opens it on its directory: computes listen again on their ports, and what a killed process had under way goes on. */
export async function createNeon(options: NeonOptions): Promise<Neon> {
  const { clock, organizations, postgres } = options;
  const store = new NeonStore(options.stateDir);
  const state = new NeonState(store);
  const clusters = new NeonClusters(postgres, options.defaultIdleMs);
  const pooler = new Pooler();
  const ports = new ComputePorts((connection) => serve(connection));
  const operations = new NeonOperations(state, clock, neonTaskRunner({ state, clock, clusters, ports }));
  const limits = defaultNeonLimits();
  const context: NeonContext = { state, clock, operations, clusters, ports, limits, organizations };
  const serve = serveCompute({
    admit: (endpointId) => admitToCompute(context, endpointId),
    pool: (client, at) => pooler.serve(client, at),
    cancelPooled: (pid, secret) => pooler.cancel(pid, secret),
  });
  await removeOrphans(context, postgres);
  await reopenPorts(context);
  operations.resume();
  const keeper = new NeonKeeper(context);
  keeper.start();
  const routes = new Hono();
  routes.route('/', neonRoutes(context, { rateLimits: options.rateLimits ?? true }));
  routes.route('/', sqlRoute(context));
  return {
    routes,
    limits,
    inventory: () => inventoryOf(context),
    contents: () => contentsOf(context),
    hold: (isHeld) => operations.hold(isHeld),
    async reset() {
      operations.hold(false);
      await operations.settled();
      for (const { id } of state.all('projects')) await removeProject(context, id);
      state.clear();
      Object.assign(limits, defaultNeonLimits());
    },
    async close() {
      await keeper.stop();
      operations.hold(false);
      await operations.settled();
      await ports.closeAll();
      pooler.close();
      store.close();
    },
  };
}

/** Data that nothing knows of any more: a killed process was about to remove them, or had not said yet what they are for. */
async function removeOrphans({ state }: NeonContext, postgres: PostgresService): Promise<void> {
  const known = new Set([
    ...state.all('branches').map(({ clusterId }) => clusterId),
    ...state.all('snapshots').map(({ clusterId }) => clusterId),
    ...state
      .all('operations')
      .filter(({ status }) => status === 'running' || status === 'scheduling')
      .flatMap(({ task }) => ('clusterId' in task ? [task.clusterId] : [])),
  ]);
  for (const { id } of await postgres.list())
    if (isNeonCluster(id) && !known.has(id)) await postgres.destroy(id);
}

async function reopenPorts({ state, ports }: NeonContext): Promise<void> {
  for (const endpoint of state.all('endpoints')) {
    const now = await ports.open(endpoint.id, endpoint);
    if (now.port !== endpoint.port || now.pooledPort !== endpoint.pooledPort)
      state.change('endpoints', endpoint.id, now);
  }
}
