import type { Clock } from '../../util/clock.ts';
import type { CheckClaim, CheckClaims } from './check-claims.ts';

/** What ends within so long is written down together: of many checks it is too much to be written for each. */
const TOGETHER_MS = 100;

/** Claims that are given back once it is written down what was made. */
export interface WrittenClaims {
  giveBack(claim: CheckClaim): void;
  /** All of them, at once. */
  settle(): Promise<void>;
}

/**
 * Gives claims back a moment after each other's end, when `write` has put on the disk what lies in the checkout: who is killed
 * before has left the claims, and so nothing old is believed.
 */
export function writeDownClaims(claims: CheckClaims, write: () => void, clock: Clock): WrittenClaims {
  let given: CheckClaim[] = [];
  let now = new AbortController();
  let writing: Promise<void> | null = null;
  const writeSoon = async (): Promise<void> => {
    while (given.length > 0) {
      await clock.sleep(TOGETHER_MS, now.signal).catch(() => undefined);
      const all = given;
      given = [];
      const isWritten = await claims.alone(write).then(
        () => true,
        () => false,
      );
      for (const claim of all) claim.giveBack(!isWritten);
    }
    writing = null;
  };
  return {
    giveBack(claim) {
      given.push(claim);
      writing ??= writeSoon();
    },
    async settle() {
      // Where nothing was claimed, nothing has to be written.
      now.abort();
      await writing;
      now = new AbortController();
    },
  };
}
