/** A fault on a route of any platform API. */
export interface RouteFault {
  /**
   * `error`: answered with `status` and not carried out. `rate-limit`: answered with 429, as by Fly. `delay`: carried
   * out `delayMs` later. `lost-answer`: carried out, then the connection is cut, so that the caller cannot know.
   */
  readonly kind: 'error' | 'rate-limit' | 'delay' | 'lost-answer';
  /** A method or `*`, then a path; in it `*` stands for one segment and `**` for any number of them. */
  readonly route: string;
  readonly status: number;
  readonly delayMs: number;
  /** How many times it strikes; null: until cleared. */
  readonly times: number | null;
}

/** A fault on one machine, or on every machine of an app. */
export interface MachineFault {
  /**
   * `crash`: running processes are killed, and those that start exit at once. `boot-failure`: a start ends in the state
   * `failed`, no process ever runs. `slow-boot`: each start takes `delayMs` longer. `unhealthy`: every check fails for as
   * long as it is on. `flapping`: checks fail and pass in turns of `delayMs`. `lease-stolen`: when the holder next uses a
   * lease, somebody else has it for `delayMs`. `image-gone`: the registry has the app's images no more.
   * `host-unreachable`: machines and volumes are told of, do not serve and cannot be changed. `no-capacity`: a region has
   * room for nothing new.
   */
  readonly kind:
    | 'crash'
    | 'boot-failure'
    | 'slow-boot'
    | 'unhealthy'
    | 'flapping'
    | 'lease-stolen'
    | 'image-gone'
    | 'host-unreachable'
    | 'no-capacity';
  /**
   * The name of an app or the id of a machine; for `image-gone` an app, or one of its images as `app@sha256:…`; for
   * `host-unreachable` an app, a machine or a host such as `iad-1`; for `no-capacity` a region.
   */
  readonly target: string;
  readonly delayMs: number;
  /** How many crashes, starts, leases or creates; null: until cleared, as it always is for faults that are a state. */
  readonly times: number | null;
}

/** Something that goes wrong on purpose. */
export type Fault = RouteFault | MachineFault;

/** A fault that is switched on. */
export type ActiveFault = Fault & {
  /** Small and typeable: `f1`. */
  readonly id: string;
  /** How often it struck so far. */
  readonly struck: number;
  /** Milliseconds since the Unix epoch. */
  readonly since: number;
};

/** Whether a fault is on a route; the others are on machines. */
export function isRouteFault<T extends Fault>(fault: T): fault is Extract<T, { route: string }> {
  return 'route' in fault;
}

/** One line for people: `crash of web, 2 times`, `slow-boot of web by 5 s`. */
export function describeFault(fault: Fault): string {
  const times = fault.times === null ? '' : fault.times === 1 ? ', once' : `, ${fault.times} times`;
  if (isRouteFault(fault)) {
    const detail =
      fault.kind === 'error'
        ? ` ${fault.status}`
        : fault.kind === 'delay'
          ? ` of ${long(fault.delayMs)}`
          : '';
    return `${fault.kind}${detail} on ${fault.route}${times}`;
  }
  return `${fault.kind} of ${fault.target}${fault.delayMs > 0 ? ` by ${long(fault.delayMs)}` : ''}${times}`;
}

function long(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`;
}
