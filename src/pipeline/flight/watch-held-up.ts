import type { Client } from 'pg';
import { endHolder, heldUpBy, type HeldUp } from '../../providers/postgres/lock-waits.ts';
import type { Clock } from '../../util/clock.ts';

/** So long may others wait before it is said. */
const TOLD_AFTER_MS = 500;

/** How long others may wait for what a migration has locked. */
export interface HoldLimit {
  readonly atMostMs: number;
  /** Why a session may not be ended, in words that follow `it goes on: `; null where all it did would be rolled back. */
  readonly obstacle: (pid: number) => string | null;
  /** What the transaction of a session has been sent so far, in order. */
  readonly statementsOf: (pid: number) => readonly string[];
}

/** What is looked with. */
export interface HeldUpOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: (line: string) => void;
  /** Null: it is only told. */
  readonly hold: HoldLimit | null;
}

/** A session of the migration that was ended for the sake of others. */
export interface Overheld extends HeldUp {
  readonly heldMs: number;
  /** What its transaction had been sent, in order. */
  readonly statements: readonly string[];
}

/** An eye on those who wait for what a migration has locked. */
export interface HeldUpWatch {
  /** Looks for whom the sessions keep from their work; with `isWaiting` the migration waits itself, and others behind it. */
  look(pids: readonly number[], isWaiting: boolean): Promise<void>;
  /** For how long others have waited, in milliseconds, to a look; and the session that was ended for it. */
  end(): { readonly heldUpMs: number; readonly overheld: Overheld | null };
}

/** Says once that others wait for what the migration has, and ends it where they have waited for too long. */
export function watchHeldUp({ client, clock, log, hold }: HeldUpOptions): HeldUpWatch {
  let now: { readonly since: number; isTold: boolean; isLeft: boolean } | null = null;
  let totalMs = 0;
  let overheld: Overheld | null = null;
  const count = (isHeldUp: boolean): number => {
    const at = clock.now();
    if (isHeldUp) now ??= { since: at, isTold: false, isLeft: false };
    else if (now !== null) {
      totalMs += at - now.since;
      now = null;
    }
    return now === null ? 0 : at - now.since;
  };
  const judge = async (held: HeldUp, heldMs: number): Promise<void> => {
    if (now === null) return;
    if (!now.isTold && heldMs >= Math.min(TOLD_AFTER_MS, hold?.atMostMs ?? TOLD_AFTER_MS)) {
      now.isTold = true;
      log(
        `! ${held.sessions === 1 ? 'one session waits' : `${held.sessions} sessions wait`} for what the migration has locked: ${held.lock}`,
      );
    }
    // A run of an earlier version has no limit.
    if (hold === null || now.isLeft || !(heldMs >= hold.atMostMs)) return;
    const obstacle = hold.obstacle(held.pid);
    const statements = hold.statementsOf(held.pid);
    if (obstacle !== null) {
      now.isLeft = true;
      log(`! it goes on: ${obstacle}`);
    } else if (await endHolder(client, held.pid)) {
      overheld ??= { ...held, heldMs, statements };
      log(`the migration is stopped: others have waited ${heldMs} ms`);
    }
  };
  return {
    async look(pids, isWaiting) {
      const held = isWaiting ? null : await heldUpBy(client, pids);
      const heldMs = count(held !== null);
      if (held !== null) await judge(held, heldMs);
    },
    end() {
      count(false);
      return { heldUpMs: totalMs, overheld };
    },
  };
}
