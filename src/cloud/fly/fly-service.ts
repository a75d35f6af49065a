import { join, resolve } from 'node:path';
import type { Hono } from 'hono';
import type { Clock } from '../../util/clock.ts';
import type { ContainerImages } from '../containers/container-images.ts';
import { ContainerRuntime } from '../containers/container-runtime.ts';
import type { Engine } from '../containers/find-engine.ts';
import { isInContainer } from '../containers/is-in-container.ts';
import { DnsTable } from '../dns/dns-table.ts';
import type { EdgeDirectory } from '../edge/directory.ts';
import { ReleaseBook } from '../flyctl/release-book.ts';
import { NO_FAULTS } from '../machines/faults.ts';
import type { MachineFaults } from '../machines/faults.ts';
import { LogBook } from '../machines/log-book.ts';
import { MachineRuntime } from '../machines/machine-runtime.ts';
import { listProcesses, processTreeUsage } from '../machines/process-table.ts';
import { Organizations } from '../organizations/organizations.ts';
import type { ImageStore } from '../registry/image-store.ts';
import { adoptMachines } from './apps/adoption.ts';
import { deleteApp } from './apps/app-routes.ts';
import { edgeDirectory } from './apps/edge-directory.ts';
import type { FlyContext } from './fly-context.ts';
import { flyRoutes } from './fly-routes.ts';
import { FlyState } from './fly-state.ts';
import { FlyStore } from './fly-store.ts';
import { hostOf, Hosts } from './apps/hosts.ts';
import { stopOptionsOf } from './machines/machine-config.ts';
import { MachineSupervisor } from './machines/machine-supervisor.ts';
import type { MachineRecord, MachineState } from './records.ts';
import { RateLimiter } from './rate-limiter.ts';
import { Volumes } from './volumes/volumes.ts';

/** What the local Fly is made of. */
export interface FlyServiceOptions {
  /** Holds everything that outlives the daemon. Nobody else may use it at the same time. */
  readonly stateDir: string;
  readonly clock: Clock;
  readonly images: ImageStore;
  /** What runs the machines whose image is a container's. Left out: every machine is a process. */
  readonly containers?: { readonly engine: Engine; readonly images: ContainerImages; readonly cloud: string };
  /** The cloud's own token, which opens every organization. */
  readonly token: string;
  /** Whom other tokens belong to. Default: a book of its own in `stateDir`. */
  readonly organizations?: Organizations;
  /** The loopback address (`http://127.0.0.1:4100`) that stands for an app's private one; null when there is none. */
  readonly privateAddress: (app: string) => string | null;
  /** Whether Fly's rate limits hold. Default true. */
  readonly rateLimits?: boolean;
  readonly faults?: MachineFaults;
  /** What names lead to when a certificate is checked. Default: an empty table. */
  readonly dns?: DnsTable;
}

/** One running machine, for status and leak checks. */
export interface MachineProcessInfo {
  readonly app: string;
  readonly machineId: string;
  /** Leads the process group; as the engine names it for a container, which may be in a virtual machine. */
  readonly pid: number;
  /** The engine's id of the container; null for a process. */
  readonly container: string | null;
  /** Its group and descendants, itself included. */
  readonly pids: readonly number[];
  /** CPU time since the start, in milliseconds. */
  readonly cpuMs: number;
  /** CPU time over wall time since the call before, or since the start: 100 is one core. */
  readonly cpuPercent: number;
  readonly memoryBytes: number;
}

/** One app, for status. */
export interface FlyAppInfo {
  readonly name: string;
  /** The slug of the organization it belongs to. */
  readonly org: string;
  readonly machines: readonly {
    readonly id: string;
    readonly region: string;
    /** The simulated host it sits on, such as `iad-1`. */
    readonly host: string;
    readonly state: string;
  }[];
}

/** The local Fly: its API, what the edge needs, and its end. */
export interface FlyService {
  readonly routes: Hono;
  readonly directory: EdgeDirectory;
  /** Every app with its machines, destroyed ones left out; apps and machines without a service too. */
  inventory(): FlyAppInfo[];
  hasApp(name: string): boolean;
  /** The slug of the organization that an app belongs to; null when there is no such app. */
  orgOf(name: string): string | null;
  /** The machines that have a process now, suspended ones included. */
  processes(): MachineProcessInfo[];
  /** Kills a running machine's process, as a crash would. False when it runs none. */
  crashMachine(app: string, machineId: string): boolean;
  /** To be called when faults have been switched: the edge looks again, and what waited for a host goes on. */
  faultsChanged(): void;
  /** Destroys every app with its machines, secrets and logs. */
  reset(): Promise<void>;
  /** Ends the service. With `stopMachines` every machine is stopped first, else they run on and are adopted next time. */
  shutdown(options: { readonly stopMachines: boolean }): Promise<void>;
}

/** States of a machine that runs, or is about to. */
const RUNNING: ReadonlySet<MachineState> = new Set(['starting', 'started', 'restarting', 'replacing']);

/** However long a machine's stop timeout is, `down` waits no longer than this before it kills. */
const SHUTDOWN_TIMEOUT_MS_MAX = 10_000;

/** Opens the state, takes over the machines that still run, and answers once everything under way has been taken up. */
export async function createFlyService(options: FlyServiceOptions): Promise<FlyService> {
  const ending = new AbortController();
  const { clock } = options;
  const containers =
    options.containers === undefined
      ? null
      : await ContainerRuntime.open({ ...options.containers, clock, signal: ending.signal });
  const context = flyContext(options, containers, ending.signal);
  adoptMachines(context);
  const { state, supervisor, runtime } = context;
  const cpuBefore = new Map<string, { pid: number; cpuMs: number; at: number }>();
  const service: FlyService = {
    routes: flyRoutes(context),
    directory: edgeDirectory(context),
    inventory: () =>
      state.apps().map(({ name, orgSlug }) => ({
        name,
        org: orgSlug,
        machines: state
          .machinesOf(name)
          .filter((machine) => machine.state !== 'destroyed')
          .map((machine) => ({
            id: machine.id,
            region: machine.region,
            host: hostOf(machine),
            state: machine.state,
          })),
      })),
    hasApp: (name) => state.findApp(name) !== null,
    orgOf: (name) => state.findApp(name)?.orgSlug ?? null,
    processes: () => processInfos(context, cpuBefore),
    crashMachine: (app, id) => supervisor.live(state.machine(app, id)).process?.signal('SIGKILL') ?? false,
    faultsChanged: () => {
      for (const machine of context.hosts.takeDoomed(state.allMachines())) void supervisor.destroy(machine);
      state.touch();
    },
    reset: async () => {
      const images = state.allMachines().map(({ imageRef }) => imageRef);
      await Promise.all(state.apps().map((app) => deleteApp(context, app)));
      await containers?.forgetImages(images);
    },
    shutdown: async ({ stopMachines }) => {
      if (stopMachines)
        await Promise.all(state.allMachines().map((machine) => stopForShutdown(context, machine)));
      supervisor.release();
      runtime.endExecs();
      ending.abort();
      await containers?.close({ isForGood: stopMachines });
      state.close();
    },
  };
  return service;
}

function flyContext(
  options: FlyServiceOptions,
  containers: ContainerRuntime | null,
  signal: AbortSignal,
): FlyContext {
  const { clock, images, privateAddress } = options;
  // Absolute: homes below it are how a machine's processes are recognised.
  const stateDir = resolve(options.stateDir);
  const state = new FlyState(new FlyStore(stateDir), clock);
  const runtime = new MachineRuntime({ clock, dir: join(stateDir, 'machines'), signal, containers });
  const logs = new LogBook({ dir: join(stateDir, 'logs'), clock, signal });
  const faults = options.faults ?? NO_FAULTS;
  const volumes = new Volumes({ state, clock, dir: join(stateDir, 'volumes') });
  const deps = { clock, state, runtime, logs, images, faults, volumes, privateAddress };
  const supervisor = new MachineSupervisor(deps);
  const hosts = new Hosts(faults);
  const limiter = new RateLimiter(clock, options.rateLimits ?? true);
  const organizations =
    options.organizations ?? new Organizations({ stateDir, adminToken: options.token, clock });
  const dns = options.dns ?? new DnsTable(null);
  return {
    ...deps,
    supervisor,
    hosts,
    dns,
    limiter,
    organizations,
    releases: new ReleaseBook(stateDir),
    signal,
  };
}

async function stopForShutdown(context: FlyContext, machine: MachineRecord): Promise<void> {
  const { supervisor } = context;
  const live = supervisor.live(machine);
  if (machine.state === 'destroyed' || machine.state === 'stopped') return;
  machine.startNextTime =
    RUNNING.has(machine.state) && (machine.state !== 'replacing' || machine.launchAfterReplace);
  const { signal, timeoutMs } = stopOptionsOf(machine.config);
  const isEnding = machine.state === 'destroying';
  if (isEnding) await supervisor.destroy(machine);
  else if (live.process !== null || !['created', 'failed'].includes(machine.state))
    await supervisor.stop(machine, { signal, timeoutMs: Math.min(timeoutMs, SHUTDOWN_TIMEOUT_MS_MAX) });
}

function processInfos(
  context: FlyContext,
  before: Map<string, { pid: number; cpuMs: number; at: number }>,
): MachineProcessInfo[] {
  const rows = listProcesses();
  const now = context.clock.now();
  return context.state.allMachines().flatMap((machine) => {
    const ref = context.supervisor.live(machine).process?.ref;
    if (ref === undefined) return [];
    const { pid } = ref;
    const container = ref.container ?? null;
    const isHere = container === null || isInContainer(pid, container);
    const { pids, cpuMs, memoryBytes } = processTreeUsage(pid, isHere ? rows : []);
    const last = before.get(machine.id);
    const since = last?.pid === pid ? last : { cpuMs: 0, at: machine.startedAt ?? now };
    before.set(machine.id, { pid, cpuMs, at: now });
    const cpuPercent = now > since.at ? (100 * Math.max(0, cpuMs - since.cpuMs)) / (now - since.at) : 0;
    return { app: machine.app, machineId: machine.id, pid, container, pids, cpuMs, cpuPercent, memoryBytes };
  });
}
