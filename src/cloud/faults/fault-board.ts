import type { Clock } from '../../util/clock.ts';
import type { FaultTarget, HostTarget, MachineFaults, StartFault } from '../machines/faults.ts';
import { isRouteFault } from './fault.ts';
import type { ActiveFault, Fault, MachineFault, RouteFault } from './fault.ts';
import { matchesRoute } from './route-pattern.ts';

/** What a machine fault can be aimed at. */
interface Aim {
  readonly app: string;
  readonly id: string;
}

interface Entry {
  readonly fault: Fault;
  readonly id: string;
  readonly since: number;
  struck: number;
}

/** The switches for everything that goes wrong on purpose. They live in memory: a restart clears them. */
export class FaultBoard implements MachineFaults {
  readonly #clock: Clock;
  #entries: Entry[] = [];
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Switches a fault on; it strikes from now on. */
  add(fault: Fault): ActiveFault {
    this.#count += 1;
    const entry = { fault, id: `f${this.#count}`, since: this.#clock.now(), struck: 0 };
    this.#entries.push(entry);
    return shown(entry);
  }

  /** Switches off one fault, or all of them; returns those that were on. */
  clear(id?: string): ActiveFault[] {
    const cleared = this.#entries.filter((each) => id === undefined || each.id === id);
    this.#entries = this.#entries.filter((each) => !cleared.includes(each));
    return cleared.map(shown);
  }

  /** All that are on, oldest first; one that has struck as often as it should is off. */
  list(): ActiveFault[] {
    return this.#entries.filter(isLeft).map(shown);
  }

  /** The faults that strike this request, each counted. */
  strikeRequest(request: { readonly method: string; readonly path: string }): RouteFault[] {
    return this.#strike((fault) => isRouteFault(fault) && matchesRoute(fault.route, request)).filter(
      isRouteFault,
    );
  }

  /** Whether a running machine is to be killed now because of the fault with this id; counted if so. */
  strikeCrash(id: string, machine: Aim): boolean {
    return this.#strike((fault, each) => each === id && isAt(fault, machine, 'crash')).length > 0;
  }

  beforeStart(machine: FaultTarget): StartFault {
    const struck = this.#strike((fault) => START_KINDS.some((kind) => isAt(fault, machine, kind)));
    const delayMs = struck.reduce(
      (sum, fault) => (fault.kind === 'slow-boot' ? sum + fault.delayMs : sum),
      0,
    );
    return {
      ...(delayMs > 0 ? { delayMs } : {}),
      ...(struck.some((fault) => fault.kind === 'crash') ? { crash: true } : {}),
      ...(struck.some((fault) => fault.kind === 'boot-failure') ? { fails: true } : {}),
    };
  }

  isUnhealthy(machine: FaultTarget): boolean {
    return this.#entries.some(
      (each) =>
        isAt(each.fault, machine, 'unhealthy') ||
        (isAt(each.fault, machine, 'flapping') && this.#isDown(each)),
    );
  }

  stealLease(machine: FaultTarget): number | null {
    const [struck] = this.#strike((fault) => isAt(fault, machine, 'lease-stolen'));
    return struck === undefined || isRouteFault(struck) ? null : struck.delayMs;
  }

  isImageGone(repository: string, digest: string): boolean {
    return this.#entries.some(
      ({ fault }) =>
        fault.kind === 'image-gone' && [repository, `${repository}@${digest}`].includes(fault.target),
    );
  }

  isHostUnreachable({ app, id, host }: HostTarget): boolean {
    return this.#entries.some(
      ({ fault }) => fault.kind === 'host-unreachable' && [app, id, host].includes(fault.target),
    );
  }

  isOutOfCapacity(region: string, use: 'look' | 'create'): boolean {
    const isFull = (fault: Fault): boolean => fault.kind === 'no-capacity' && fault.target === region;
    if (use === 'create') return this.#strike(isFull).length > 0;
    return this.#entries.some((each) => isLeft(each) && isFull(each.fault));
  }

  /** A flapping check fails first, then passes, each for as long as the fault says. */
  #isDown({ fault, since }: Entry): boolean {
    return Math.floor((this.#clock.now() - since) / Math.max(1, fault.delayMs)) % 2 === 0;
  }

  #strike(matches: (fault: Fault, id: string) => boolean): Fault[] {
    const struck = this.#entries.filter((each) => isLeft(each) && matches(each.fault, each.id));
    for (const each of struck) each.struck += 1;
    return struck.map((each) => each.fault);
  }
}

/** Faults that strike when a machine starts. */
const START_KINDS = ['crash', 'slow-boot', 'boot-failure'] as const;

function isLeft(entry: Entry): boolean {
  return entry.fault.times === null || entry.struck < entry.fault.times;
}

function isAt(fault: Fault, machine: Aim, kind: MachineFault['kind']): boolean {
  return fault.kind === kind && (fault.target === machine.app || fault.target === machine.id);
}

function shown(entry: Entry): ActiveFault {
  return { ...entry.fault, id: entry.id, struck: entry.struck, since: entry.since };
}
