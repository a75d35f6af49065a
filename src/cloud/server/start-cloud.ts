import { mkdirSync, realpathSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import type { Clock } from '../../util/clock.ts';
import { readCloudFile } from '../control/cloud-info.ts';
import type { CloudInfo } from '../control/cloud-info.ts';
import { alreadyUp } from '../control/launch.ts';
import { dismissOrphanGuard, startOrphanGuard, whenOrphansEnded } from '../control/orphan-guard.ts';
import { DnsTable } from '../dns/dns-table.ts';
import type { Engine } from '../containers/find-engine.ts';
import { imagesForContainers } from '../containers/images-for-containers.ts';
import type { MachinesMode } from '../containers/machines-mode.ts';
import { createEdge } from '../edge/edge.ts';
import type { Edge } from '../edge/edge.ts';
import type { IdleSettings } from '../edge/idle-watch.ts';
import { RegionLatency } from '../edge/region-latency.ts';
import { FaultBoard } from '../faults/fault-board.ts';
import { imagesWithFaults } from '../faults/images-with-faults.ts';
import { createFlyService } from '../fly/fly-service.ts';
import { processIdentity } from '../machines/process-table.ts';
import { createPostgresService } from '../postgres/create-postgres-service.ts';
import { imagesWithPostgres } from '../postgres-image/postgres-image.ts';
import { postgresPrograms } from '../postgres-image/postgres-programs.ts';
import { openDatabases } from './open-databases.ts';
import { closeGithub, openGithub } from './open-github.ts';
import type { JobMachine } from './open-github.ts';
import { Organizations } from '../organizations/organizations.ts';
import { createRegistry } from '../registry/registry.ts';
import { apiRoutes } from './api-routes.ts';
import type { CloudServices } from './cloud-services.ts';
import { ensureToken, removeCloudFile, writeCloudFile } from './daemon-files.ts';
import { recordExchanges } from './exchange-recorder.ts';
import { LateDirectory } from './late-directory.ts';
import { closeServer, listenForApi, LOOPBACK, portError } from './listen.ts';
import { openEngine } from './open-engine.ts';
import type { MachinesChoice } from './open-engine.ts';
import { startFailure } from './start-failure.ts';
import { lockStateDir } from './state-lock.ts';

/** Ports of a cloud that names none; beside Fly's own 4280 for the Machines API inside its network. */
export const DEFAULT_PORTS = { api: 4_280, edge: 4_281 } as const;
/** App ports begin this far above the edge's port. */
const APP_PORTS_OFFSET = 20;
/** API calls under way at shutdown get this long. */
const API_GRACE_MS = 500;

/** How to start the services of a local cloud in this process. */
export interface CloudOptions {
  readonly stateDir: string;
  /** 0 takes a free one. */
  readonly apiPort: number;
  /** 0 takes a free one. */
  readonly edgePort: number;
  readonly clock: Clock;
  readonly idle?: IdleSettings;
  /** Databases without connections for so long are suspended. Default: as on the real platform's smallest plan. */
  readonly databaseIdleMs?: number;
  /** Whether the platforms' rate limits hold. Default true. */
  readonly rateLimits?: boolean;
  /** Every exchange of the Machines API is written down in this directory, for tests. */
  readonly recordExchangesTo?: string;
  /** How much longer requests to a region take, by its three letters. Default: no region is far. */
  readonly regionLatencyMs?: Readonly<Record<string, number>>;
  /** Whether machines may be containers. Default: all are processes. */
  readonly machines?: MachinesChoice;
  /** Killed, its processes go on for so long, for the next cloud to adopt them. Default: ten seconds. */
  readonly lingerMs?: number;
  /** What jobs of GitHub Actions find on this machine. Default: the usual directories, and this very tool. */
  readonly jobs?: JobMachine;
}

type Undo = (() => Promise<void> | void)[];

/** A running local cloud. */
export interface Cloud {
  readonly info: CloudInfo;
  readonly services: CloudServices;
  /** Resolves when it has ended, however that was asked for. */
  readonly closed: Promise<void>;
  /** Ends everything it started. With `keepMachines` processes run on and are adopted by the next cloud. */
  close(options?: { readonly keepMachines?: boolean }): Promise<void>;
}

/**
 * Takes the state directory, adopts what a killed cloud left running, and listens on loopback. Throws
 * `CLOUD_ALREADY_UP`, `CLOUD_PORT_IN_USE`, `STORE_DISK_FULL` or `CLOUD_START_FAILED`, with nothing left running.
 */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const undo: Undo = [];
  try {
    return await start(options, undo);
  } catch (error) {
    for (const step of undo.toReversed()) await step();
    throw startFailure(error, options.stateDir);
  }
}

async function start(options: CloudOptions, undo: Undo): Promise<Cloud> {
  const { clock } = options;
  mkdirSync(options.stateDir, { recursive: true, mode: 0o700 });
  const stateDir = realpathSync(options.stateDir);
  const unlock = await lock(stateDir, clock);
  undo.push(unlock);
  // From now on that of a killed cloud has nothing to do: what is there is adopted.
  await dismissOrphanGuard(stateDir, clock);
  const guard = startOrphanGuard(stateDir, options.lingerMs);
  undo.push(() => guard.dismiss());
  const token = ensureToken(stateDir);
  const api = await listenForApi(options.apiPort);
  undo.push(() => closeServer(api.server, 0));
  const directory = new LateDirectory();
  const latency = new RegionLatency(options.regionLatencyMs);
  const edge = await openEdge(options, { stateDir, directory, latency });
  undo.push(() => edge.close());
  const machines = options.machines ?? { asked: 'process', env: {} };
  const engine = await openEngine(stateDir, machines);
  const baseUrl = `http://${LOOPBACK}:${api.port}`;
  const services = await openServices({ options, stateDir, token, baseUrl, edge, latency, engine, undo });
  directory.bind(services.fly.directory);

  const { pid } = process;
  const ending = new Ending(async (keepMachines) => {
    await end(services, api.server, keepMachines);
    await guard.dismiss();
    removeCloudFile(stateDir);
    unlock();
  });
  const startedAt = clock.now();
  const [apiUrl, edgeUrl] = [`http://${LOOPBACK}:${api.port}`, `http://${LOOPBACK}:${edge.port}`];
  const mode: MachinesMode = engine === null ? 'process' : 'container';
  const runs = { asked: machines.asked, mode, engine: engine?.name ?? null };
  const identity = { pid, stateDir, startedAt, apiUrl, edgeUrl, machines: runs };
  const shutDown = (): void => void ending.begin(false);
  const handle = apiRoutes({ services, clock, identity, shutDown }, token, clock).fetch;
  const { recordExchangesTo } = options;
  api.serve(recordExchangesTo === undefined ? handle : recordExchanges(handle, recordExchangesTo));
  // Jobs speak to the API: they begin when it answers.
  services.actions.start();
  services.github.resume();
  const info: CloudInfo = {
    version: 1,
    pid,
    processIdentity: processIdentity(pid) ?? '',
    apiPort: api.port,
    edgePort: edge.port,
    token,
    startedAt,
    machines: runs,
    databaseCopies: services.postgres.copyMethod,
  };
  writeCloudFile(stateDir, info);
  return { info, services, closed: ending.done, close: (how) => ending.begin(how?.keepMachines ?? false) };
}

/** Makes this process the cloud of the directory. Throws `CLOUD_ALREADY_UP`. */
async function lock(stateDir: string, clock: Clock): Promise<() => void> {
  const unlock = lockStateDir(stateDir);
  if (unlock !== null) return unlock;
  // What ends the processes of a killed cloud has it for as long as that takes.
  await whenOrphansEnded(stateDir, clock);
  const again = lockStateDir(stateDir);
  if (again === null) throw alreadyUp(readCloudFile(stateDir));
  return again;
}

/** Ends once, however many ask. */
class Ending {
  readonly done: Promise<void>;
  readonly #run: (keepMachines: boolean) => Promise<void>;
  #settle: () => void = () => undefined;
  #running: Promise<void> | null = null;

  constructor(run: (keepMachines: boolean) => Promise<void>) {
    this.#run = run;
    this.done = new Promise((resolve) => (this.#settle = resolve));
  }

  begin(keepMachines: boolean): Promise<void> {
    this.#running ??= this.#run(keepMachines).finally(this.#settle);
    return this.#running;
  }
}

async function openEdge(
  options: CloudOptions,
  on: { readonly stateDir: string; readonly directory: LateDirectory; readonly latency: RegionLatency },
): Promise<Edge> {
  const { stateDir, directory, latency } = on;
  const { clock, edgePort, idle } = options;
  const appPorts = {
    from: edgePort === 0 ? 0 : edgePort + APP_PORTS_OFFSET,
    file: join(stateDir, 'app-ports.json'),
  };
  try {
    return await createEdge({
      directory,
      clock,
      host: LOOPBACK,
      port: edgePort,
      appPorts,
      latencyMs: (region) => latency.of(region),
      ready: directory.bound,
      ...(idle === undefined ? {} : { idle }),
    });
  } catch (error) {
    throw portError(error, { port: edgePort, what: 'apps', flag: '--edge-port' });
  }
}

/** Opens what holds state, in the order in which one needs the other; machines start as soon as Fly is there. */
async function openServices(on: {
  readonly options: CloudOptions;
  readonly stateDir: string;
  readonly token: string;
  readonly baseUrl: string;
  readonly edge: Edge;
  readonly latency: RegionLatency;
  readonly engine: Engine | null;
  readonly undo: Undo;
}): Promise<CloudServices> {
  const { options, stateDir, token, edge, latency, engine, undo } = on;
  const { clock, databaseIdleMs } = options;
  const faults = new FaultBoard(clock);
  const dns = new DnsTable(join(stateDir, 'dns.json'));
  const organizations = new Organizations({ stateDir, adminToken: token, clock });
  const postgres = await createPostgresService({
    stateDir: join(stateDir, 'postgres'),
    clock,
    ...(databaseIdleMs === undefined ? {} : { idleMs: databaseIdleMs }),
  });
  undo.push(() => postgres.close({ stop: true }));
  let hasApp = (_name: string): boolean => false;
  const registry = await createRegistry({
    stateDir: join(stateDir, 'registry'),
    appExists: (name) => hasApp(name),
  });
  const fly = await createFlyService({
    stateDir: join(stateDir, 'fly'),
    clock,
    images: imagesWithFaults(
      imagesWithPostgres(
        engine === null ? registry.images : imagesForContainers(registry.images, registry.containerImages),
        postgresPrograms(join(stateDir, 'postgres')),
      ),
      faults,
    ),
    ...(engine === null ? {} : { containers: { engine, images: registry.containerImages, cloud: stateDir } }),
    token,
    organizations,
    privateAddress: (app) => edge.addressOf(app),
    faults,
    dns,
    ...(options.rateLimits === undefined ? {} : { rateLimits: options.rateLimits }),
  });
  undo.push(() => fly.shutdown({ stopMachines: true }));
  hasApp = (name) => fly.hasApp(name);
  const { managedPostgres, neon } = await openDatabases({
    options,
    stateDir,
    postgres,
    fly,
    organizations,
    undo,
  });
  const opened = await openGithub({ ...options, stateDir, adminToken: token, baseUrl: on.baseUrl });
  undo.push(() => closeGithub(opened));
  const own = { fly, edge, postgres, registry, managedPostgres, neon };
  return { ...own, ...opened, organizations, faults, dns, latency };
}

/** Requests first, then machines, then what they were using. */
async function end(services: CloudServices, api: Server, keepMachines: boolean): Promise<void> {
  const { actions, edge, fly, github, managedPostgres, neon, postgres } = services;
  // Jobs speak to everything else.
  await actions.stop();
  const apiClosed = closeServer(api, API_GRACE_MS);
  await edge.close();
  await fly.shutdown({ stopMachines: !keepMachines });
  // A request still in its grace period may ask for a database.
  await apiClosed;
  await managedPostgres.close();
  await neon.close();
  await closeGithub({ github, actions });
  await postgres.close({ stop: !keepMachines });
}
