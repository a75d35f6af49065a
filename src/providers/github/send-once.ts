import { isOutcomeUnknown } from './github-error.ts';
import type { GithubClient } from './github-client.ts';

/** Tries of one change. Between two it is looked whether the one before was carried out after all. */
const TRIES_MAX = 4;

/** Octokit's options for a change that must not be repeated blindly: its plugin leaves it alone. */
export const NOT_REPEATED = { retries: 0 } as const;

/** A change that would be there twice if it were simply sent again. */
export interface SingleChange<T> {
  readonly words: string;
  /** Sends it, with {@link NOT_REPEATED}. */
  send(): Promise<T>;
  /** What it made, if it was carried out; null when nothing is there. */
  find(): Promise<T | null>;
}

/** Carries a change out once: where the answer was lost, it is looked for what it made before it is sent again. */
export async function sendOnce<T>(client: GithubClient, change: SingleChange<T>): Promise<T> {
  const { clock, timing } = client;
  for (let attempt = 1; ; attempt++) {
    try {
      return await client.run(change.words, () => change.send());
    } catch (error) {
      if (!isOutcomeUnknown(error)) throw error;
      // GitHub may still be at it: what was asked a moment ago shows a moment later.
      await clock.sleep(timing.lostAnswerMs * attempt);
      const found = await change.find();
      if (found !== null) return found;
      if (attempt >= TRIES_MAX) throw error;
    }
  }
}
