import type { Clock } from './clock.ts';
import { familyMembers, signalMembers, type FamilyMark } from './process-family.ts';

const LOOK_MS = 20;
/** A process that starts others faster than they are ended is given up after so many rounds of SIGKILL. */
const KILL_ROUNDS_MAX = 100;

/**
 * Ends all processes of a family: asks, and after `killAfterMs` makes them. Resolves when none is left. Processes of
 * other users cannot be ended and are not waited for longer than the rounds take.
 */
export async function endFamily(family: FamilyMark, clock: Clock, killAfterMs: number): Promise<void> {
  const asked = new Set<number>();
  // By the clock: where many processes run, a look takes longer than the pause after it.
  for (const until = clock.now() + killAfterMs; clock.now() < until;) {
    const members = familyMembers(family);
    if (members.length === 0) return;
    // What they started while they were asked is asked too, and nobody twice.
    signalMembers(
      members.filter(({ pid }) => !asked.has(pid)),
      'SIGTERM',
    );
    for (const { pid } of members) asked.add(pid);
    await clock.sleep(LOOK_MS);
  }
  for (let round = 0; round < KILL_ROUNDS_MAX; round += 1) {
    const members = familyMembers(family);
    if (members.length === 0) return;
    signalMembers(members, 'SIGKILL');
    await clock.sleep(LOOK_MS);
  }
}
