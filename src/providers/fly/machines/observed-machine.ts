import type { ObservedMachine } from '../../app-platform.ts';
import { metadataOf } from './machine-config.ts';
import { digestOf, isHealthy, isReachable, startedAtOf } from './machine-state.ts';
import { restOf, wakeOf } from './machine-story.ts';
import type { Machine, MachineConfig } from '../client/wire-types.ts';

/** A machine of the API in the words of every platform. */
export function observedMachine(machine: Machine): ObservedMachine {
  const guest = machine.config['guest'] as
    | { cpu_kind?: string; cpus?: number; memory_mb?: number }
    | undefined;
  return {
    id: machine.id,
    region: machine.region,
    state: machine.state,
    digest: digestOf(machine),
    release: metadataOf(machine.config, 'release'),
    commit: metadataOf(machine.config, 'commit'),
    reachable: isReachable(machine),
    healthy: isHealthy(machine),
    cordoned: machine.cordoned ?? false,
    startedAt: startedAtOf(machine),
    cpuKind: guest?.cpu_kind ?? null,
    cpus: guest?.cpus ?? null,
    memoryMb: guest?.memory_mb ?? null,
    sleep: sleepOf(machine.config),
    wakesOnRequest: wakesOnRequest(machine),
    rest: restOf(machine),
    wake: wakeOf(machine),
  };
}

/** What the proxy does with it when it is idle; null for a machine that the proxy does not know. */
function sleepOf(config: MachineConfig): ObservedMachine['sleep'] {
  const settings = (config.services ?? []).map((service) => AUTOSTOP.get(service['autostop']) ?? 'never');
  if (settings.length === 0) return null;
  // Of several services the most restrictive holds.
  if (settings.includes('never')) return 'never';
  return settings.includes('when-idle') ? 'when-idle' : 'suspend';
}

/** The API answers what was sent as `off` and `stop` as booleans too. */
const AUTOSTOP: ReadonlyMap<unknown, NonNullable<ObservedMachine['sleep']>> = new Map<
  unknown,
  NonNullable<ObservedMachine['sleep']>
>([
  ['off', 'never'],
  [false, 'never'],
  ['stop', 'when-idle'],
  [true, 'when-idle'],
  ['suspend', 'suspend'],
]);

function wakesOnRequest(machine: Machine): boolean {
  const services = machine.config.services ?? [];
  if (services.length === 0 || machine.cordoned === true || !isReachable(machine)) return false;
  return services.every((service) => service['autostart'] !== false);
}
