import type { MachineProcessInfo } from '../fly/fly-service.ts';
import type {
  CloudAppStatus,
  CloudDatabaseStatus,
  CloudRepositoryStatus,
  CloudStatus,
} from './cloud-status.ts';
import type { ControlContext } from './control-context.ts';

/** Reads everything that `cloud status` shows. */
export async function readStatus(context: ControlContext): Promise<CloudStatus> {
  const { services, clock, identity } = context;
  const managed = services.managedPostgres.list().map(({ id, name }) => [id, name] as const);
  const neon = services.neon.inventory();
  const names = new Map([...managed, ...services.neon.contents()]);
  const databases = (await services.postgres.list()).map(
    ({ id, state, port, pid, connections, memoryBytes, sizeBytes }): CloudDatabaseStatus => {
      const name = names.get(id) ?? null;
      return { id, name, state, port, pid, connections, memoryBytes, sizeBytes };
    },
  );
  const apps = readApps(context);
  const images = (await services.registry.list()).length;
  return {
    version: 1,
    mode: identity.machines.mode,
    ...identity,
    uptimeMs: clock.now() - identity.startedAt,
    memoryBytes: process.memoryUsage.rss(),
    services: [
      { name: 'fly', url: `${identity.apiUrl}/v1`, holds: apps.length },
      { name: 'managed-postgres', url: `${identity.apiUrl}/v1/postgres`, holds: managed.length },
      {
        name: 'neon',
        url: `${identity.apiUrl}/api/v2`,
        holds: new Set(neon.map(({ project }) => project)).size,
      },
      {
        name: 'github',
        url: `${identity.apiUrl}/api/v3`,
        holds: services.github.inventory().length,
      },
      { name: 'registry', url: `${identity.apiUrl}/v2`, holds: images },
      { name: 'edge', url: identity.edgeUrl, holds: services.edge.routes().length },
    ],
    apps,
    databases,
    databaseCopies: services.postgres.copyMethod,
    neon,
    github: readRepositories(context),
    faults: services.faults.list(),
  };
}

function readRepositories({ services }: ControlContext): CloudRepositoryStatus[] {
  const runs = services.actions.context.store.all('runs');
  return services.github.inventory().map((item) => {
    const own = runs.filter(({ repositoryId }) => repositoryId === item.id);
    const activeRuns = own.filter(({ status }) => status !== 'completed').length;
    return { ...item, runs: own.length, activeRuns };
  });
}

function readApps({ services }: ControlContext): CloudAppStatus[] {
  const { fly, edge } = services;
  const routes = new Map(edge.routes().map((route) => [route.app, route]));
  const traffic = new Map(edge.metrics().map((metrics) => [metrics.app, metrics]));
  const processes = new Map(fly.processes().map((each) => [each.machineId, each]));
  return fly.inventory().map(({ name, machines }) => {
    const routed = new Map(fly.directory.app(name)?.machines.map((each) => [each.id, each.routable]));
    return {
      name,
      url: routes.get(name)?.url ?? null,
      browserUrl: routes.get(name)?.browserUrl ?? null,
      machines: machines.map((machine) => ({
        ...machine,
        routable: routed.get(machine.id) ?? null,
        ...processFigures(processes.get(machine.id)),
      })),
      traffic: traffic.get(name) ?? null,
    };
  });
}

function processFigures(info: MachineProcessInfo | undefined): {
  pid: number | null;
  container: string | null;
  cpuPercent: number | null;
  memoryBytes: number | null;
} {
  if (info === undefined) return { pid: null, container: null, cpuPercent: null, memoryBytes: null };
  const { pid, container, cpuPercent, memoryBytes } = info;
  return { pid, container, cpuPercent, memoryBytes };
}
