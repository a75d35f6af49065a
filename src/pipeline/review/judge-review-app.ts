import { unreachable } from '../../util/assert.ts';

/** How a pull request stands. `unknown`: the repository has none of that number. */
export type PullRequestState = 'open' | 'closed' | 'merged' | 'unknown';

/** What is known of a review app when its time is judged. */
export interface ReviewAppFacts {
  /** Null where GitHub could not be asked. */
  readonly state: PullRequestState | null;
  /** Milliseconds since the Unix epoch; null: never, or nothing says. */
  readonly expiresAt: number | null;
}

/** Whether a review app is to go, and why; the reason has no full stop. */
export interface ReviewAppVerdict {
  readonly isOver: boolean;
  readonly reason: string;
}

/**
 * A review app goes when its pull request is not open any more, or when nobody has deployed it for as long as `expires`
 * says. Where GitHub cannot be asked only the latter counts: what may still be looked at is not taken away. Pure.
 */
export function judgeReviewApp({ state, expiresAt }: ReviewAppFacts, now: number): ReviewAppVerdict {
  const isExpired = expiresAt !== null && expiresAt <= now;
  const expired = { isOver: true, reason: 'it has expired' };
  switch (state) {
    case 'closed':
    case 'merged':
      return { isOver: true, reason: `its pull request is ${state}` };
    case 'unknown':
      return { isOver: true, reason: 'there is no such pull request' };
    case 'open':
      return isExpired ? expired : { isOver: false, reason: 'its pull request is open' };
    case null:
      return isExpired ? expired : { isOver: false, reason: 'unknown whether its pull request is open' };
    default:
      return unreachable(state);
  }
}
