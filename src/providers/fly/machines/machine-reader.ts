import type { Clock } from '../../../util/clock.ts';
import type { MachineRef, MachinesApi } from '../client/machines-api.ts';
import type { Machine } from '../client/wire-types.ts';

/** Reads machines for any number of watchers with as few requests as possible. */
export interface MachineReader {
  /**
   * The machine as it was at some instant after this call. Throws as the platform answers. With `patienceMs` the answer
   * may come so much later, so that others who are as patient can share it.
   */
  read(ref: MachineRef, signal?: AbortSignal, patienceMs?: number): Promise<Machine>;
}

/**
 * From so many machines watched at once one list for all of them is cheaper than a request for each. Below it the
 * single requests are worth their number: they may be made five times as often, so that a change is seen sooner.
 */
const LIST_FROM = 12;
/** A machine that nobody has asked for in this time is not watched any more. */
const WATCHED_MS = 2_500;
/** The pace of lists: Fly allows one a second of an app in the long run, and three at once after a while without. */
const LIST_EVERY_MS = 1_000;
const LISTS_AT_ONCE = 3;
/** What is asked at about the same time is answered by one list. */
const GATHER_MS = 50;

interface AppReads {
  /** When each machine was last asked for. */
  readonly askedAt: Map<string, number>;
  /** The lists that have not been sent yet, for those in a hurry and for the others: whoever comes now gets the answer. */
  next: List | null;
  later: List | null;
  /** When the bucket of lists is full again, if none is sent. */
  fullAt: number;
}

type List = Promise<ReadonlyMap<string, Machine>>;

/** Makes a reader; it remembers who is watched and no machine. */
export function createMachineReader(machines: MachinesApi, clock: Clock): MachineReader {
  const apps = new Map<string, AppReads>();
  const list = async (app: string, reads: AppReads, place: 'next' | 'later', leastMs: number): List => {
    const emptyMs = reads.fullAt - (LISTS_AT_ONCE - 1) * LIST_EVERY_MS - clock.now();
    await clock.sleep(Math.max(GATHER_MS, leastMs, emptyMs));
    reads.fullAt = Math.max(reads.fullAt, clock.now()) + LIST_EVERY_MS;
    reads[place] = null;
    return new Map(((await machines.list(app)) ?? []).map((machine) => [machine.id, machine]));
  };
  return {
    async read(ref, signal, patienceMs = 0) {
      const reads = apps.get(ref.app) ?? { askedAt: new Map(), next: null, later: null, fullAt: -Infinity };
      apps.set(ref.app, reads);
      if (patienceMs === 0) note(reads.askedAt, ref.id, clock.now());
      if (patienceMs === 0 && reads.askedAt.size < LIST_FROM) return machines.get(ref, signal);
      const shared =
        patienceMs === 0
          ? (reads.next ??= list(ref.app, reads, 'next', 0))
          : (reads.later ??= list(ref.app, reads, 'later', patienceMs));
      const found = (await unlessAborted(shared, signal)).get(ref.id);
      // A destroyed machine is in no list, and can still be read with its events.
      return found ?? machines.get(ref, signal);
    },
  };
}

function note(askedAt: Map<string, number>, id: string, now: number): void {
  askedAt.set(id, now);
  for (const [other, at] of askedAt) if (now - at > WATCHED_MS) askedAt.delete(other);
}

/** What is waited for is shared, so that only the waiting is given up. */
async function unlessAborted<T>(shared: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return shared;
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([shared, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
