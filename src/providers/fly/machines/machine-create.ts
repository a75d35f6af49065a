import { isOutcomeUnknown } from '../client/fly-api-error.ts';
import type { FlyContext } from '../fly-context.ts';
import { metadataOf } from './machine-config.ts';
import { isGone } from './machine-state.ts';
import type { MachineInput } from '../client/machines-api.ts';
import type { Machine } from '../client/wire-types.ts';

type CreationContext = Pick<FlyContext, 'machines' | 'clock' | 'timing'>;

/** A machine that is to exist exactly once. */
export interface MachineCreation {
  readonly app: string;
  /** In the metadata of `input.config` too. */
  readonly key: string;
  readonly input: MachineInput;
  /** The app's machines as listed just now: an earlier try may have made this one. */
  readonly listed: readonly Machine[];
  readonly signal: AbortSignal;
}

/** Tries at one creation; between them the machine is looked for by its key. */
const CREATE_TRIES_MAX = 3;
/** Looks after an unanswered creation: a machine that was made shows up in the list within seconds. */
const LOOKS_AFTER_SILENCE = 3;

/**
 * Creates a machine unless one with its key is there. The API has no idempotency keys, so that a creation without an
 * answer is followed by looking for the key before it is tried again.
 */
export async function createOnce(fly: CreationContext, creation: MachineCreation): Promise<Machine> {
  const existing = withKey(creation.listed, creation.key);
  if (existing !== null) return existing;
  for (let attempt = 1; ; attempt++) {
    try {
      creation.signal.throwIfAborted();
      return await fly.machines.create(creation.app, creation.input, creation.signal);
    } catch (error) {
      if (!isOutcomeUnknown(error)) throw error;
      const made = await lookAfterSilence(fly, creation);
      if (made !== null) return made;
      if (attempt >= CREATE_TRIES_MAX) throw error;
    }
  }
}

async function lookAfterSilence(fly: CreationContext, creation: MachineCreation): Promise<Machine | null> {
  for (let look = 0; look < LOOKS_AFTER_SILENCE; look++) {
    const made = withKey((await fly.machines.list(creation.app, creation.signal)) ?? [], creation.key);
    if (made !== null) return made;
    await fly.clock.sleep(fly.timing.lostAnswerMs, creation.signal);
  }
  return null;
}

/** The living machine that carries a key, or null. */
function withKey(machines: readonly Machine[], key: string): Machine | null {
  return machines.find((machine) => !isGone(machine) && metadataOf(machine.config, 'key') === key) ?? null;
}
