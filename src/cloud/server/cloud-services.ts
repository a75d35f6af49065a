import type { DnsTable } from '../dns/dns-table.ts';
import type { Edge } from '../edge/edge.ts';
import type { RegionLatency } from '../edge/region-latency.ts';
import type { FaultBoard } from '../faults/fault-board.ts';
import type { FlyService } from '../fly/fly-service.ts';
import type { Actions } from '../github/actions/create-actions.ts';
import type { GithubService } from '../github/github-service.ts';
import type { ManagedPostgres } from '../managed-postgres/managed-postgres.ts';
import type { Neon } from '../neon/neon-service.ts';
import type { Organizations } from '../organizations/organizations.ts';
import type { PostgresService } from '../postgres/postgres-service.ts';
import type { Registry } from '../registry/registry.ts';

/** Everything the local cloud consists of, running. */
export interface CloudServices {
  readonly fly: FlyService;
  readonly edge: Edge;
  readonly postgres: PostgresService;
  readonly registry: Registry;
  readonly managedPostgres: ManagedPostgres;
  readonly neon: Neon;
  readonly github: GithubService;
  readonly actions: Actions;
  readonly organizations: Organizations;
  readonly faults: FaultBoard;
  readonly dns: DnsTable;
  readonly latency: RegionLatency;
}
