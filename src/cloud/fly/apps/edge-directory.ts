import type { EdgeApp, EdgeDirectory, EdgeMachine } from '../../edge/directory.ts';
import type { FlyContext } from '../fly-context.ts';
import { currentLease } from '../machines/leases.ts';
import { servicesOf } from '../machines/machine-config.ts';
import type { MachineService } from '../machines/machine-config.ts';
import type { MachineRecord, MachineState } from '../records.ts';

// fly.toml's documented default.
const SOFT_LIMIT_DEFAULT = 20;

/** What the edge sees of the apps, and may ask of their machines. */
export function edgeDirectory(context: FlyContext): EdgeDirectory {
  const { state, supervisor } = context;
  const app = (name: string): EdgeApp | null => {
    const machines = state
      .machinesOf(name)
      .filter((machine) => machine.state !== 'destroyed' && servicesOf(machine.config).length > 0);
    return machines.length === 0 ? null : edgeApp(context, name, machines);
  };
  return {
    app,
    apps: () => state.apps().flatMap((record) => app(record.name) ?? []),
    startMachine: async (appName, machineId) => {
      const machine = state.machine(appName, machineId);
      context.hosts.require(machine);
      if (machine.state === 'stopped' || machine.state === 'suspended')
        void supervisor.start(machine, 'proxy');
      await listening(context, machine);
    },
    stopMachine: async (appName, machineId, how) => {
      const machine = state.machine(appName, machineId);
      // Whoever holds the lease is about to change the machine and counts on its state.
      if (machine.state !== 'started' || currentLease(machine, context.clock.now()) !== null) return;
      if (context.hosts.statusOf(machine) !== 'ok') return;
      await (how === 'suspend'
        ? supervisor.suspend(machine, 'proxy')
        : supervisor.stop(machine, undefined, 'proxy'));
    },
    onChange: (listener) => state.onChange(listener),
  };
}

/** Resolves when the machine's port answers; rejects when it ends up in a state from which it will not. */
async function listening(context: FlyContext, machine: MachineRecord): Promise<void> {
  const { state, supervisor } = context;
  while (!(machine.state === 'started' && supervisor.live(machine).isListening)) {
    if (!COMING_UP.has(machine.state))
      throw new Error(`machine ${machine.id} did not start, it is '${machine.state}'`);
    await state.nextChange(context.signal);
  }
}

const COMING_UP: ReadonlySet<MachineState> = new Set([
  'created',
  'starting',
  'started',
  'restarting',
  'replacing',
]);

function edgeApp(context: FlyContext, name: string, machines: readonly MachineRecord[]): EdgeApp {
  // During a deployment machines differ; the newest version says what is wanted.
  const newest = machines.reduce((a, b) => (b.instanceId > a.instanceId ? b : a));
  const services = servicesOf(newest.config);
  return {
    name,
    hosts: (context.state.findApp(name)?.certificates ?? []).map(({ hostname }) => hostname),
    primaryRegion: newest.config.env?.['PRIMARY_REGION'] || null,
    minMachinesRunning: Math.max(0, ...services.map((service) => service.min_machines_running ?? 0)),
    // Where services differ, the most restrictive setting wins.
    autostart: services.every((service) => service.autostart ?? true),
    autostop: autostopOf(services),
    concurrency: concurrencyOf(services[0]),
    machines: machines.map((machine) => edgeMachine(context, machine)),
    isTcp: services.every(isPassedOn),
  };
}

/** No handler of HTTP or TLS at any port: the proxy passes bytes on (Fly, "Services: handlers"). */
function isPassedOn({ ports }: MachineService): boolean {
  const handlers = (ports ?? []).map((port) => port.handlers ?? []);
  return handlers.length > 0 && handlers.flat().every((handler) => handler === 'pg_tls');
}

function edgeMachine(context: FlyContext, machine: MachineRecord): EdgeMachine {
  const live = context.supervisor.live(machine);
  const isReachable = context.hosts.statusOf(machine) === 'ok';
  const isUp = machine.state === 'started' && live.process !== null;
  return {
    id: machine.id,
    region: machine.region,
    port: live.process === null ? 0 : (machine.port ?? 0),
    state: edgeState(machine.state),
    routable: isReachable && isUp && !machine.cordoned && live.isReady(),
    wakeable:
      isReachable && (machine.state === 'stopped' || machine.state === 'suspended') && !machine.cordoned,
    // A machine that was adopted has passed no check yet, as one that has just started.
    startedAt: isUp ? Math.max(machine.startedAt ?? 0, live.watchedSince) : null,
  };
}

const EDGE_STATES = ['started', 'stopped', 'suspended', 'starting', 'stopping'] as const;
/** A new version or a restart: its process ends first, and the machine is back in a moment, as after a start. */
const COMING_BACK: ReadonlySet<MachineState> = new Set(['replacing', 'restarting']);

function edgeState(state: MachineState): EdgeMachine['state'] {
  return COMING_BACK.has(state) ? 'starting' : (EDGE_STATES.find((known) => known === state) ?? 'other');
}

function autostopOf(services: readonly MachineService[]): EdgeApp['autostop'] {
  const settings = services.map((service) =>
    typeof service.autostop === 'string' ? service.autostop : service.autostop === true ? 'stop' : 'off',
  );
  if (settings.length === 0 || settings.includes('off')) return 'off';
  return settings.includes('stop') ? 'stop' : 'suspend';
}

function concurrencyOf(service: MachineService | undefined): EdgeApp['concurrency'] {
  const concurrency = service?.concurrency;
  return {
    type: concurrency?.type === 'requests' ? 'requests' : 'connections',
    softLimit: concurrency?.soft_limit || SOFT_LIMIT_DEFAULT,
    hardLimit: concurrency?.hard_limit || null,
  };
}
