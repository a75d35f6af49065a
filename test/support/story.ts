import { afterAll, test } from 'vitest';

/** One test of a story. */
export type Step = (title: string, act: () => Promise<void>) => void;

/**
 * Tests that go on from one another: each begins with what the ones before it, in the order of the file, have left. One
 * that is tried again, or comes out of its turn, gets a beginning of its own, and the ones before it are carried out
 * first. What `begin` gives is disposed of at the next beginning and at the end.
 */
export function story(begin: () => Promise<AsyncDisposable>): Step {
  const acts: (() => Promise<void>)[] = [];
  let world: AsyncDisposable | null = null;
  /** How many were carried out, one after the other, since the beginning; null when nobody knows what is there. */
  let carriedOut: number | null = null;
  const end = async (): Promise<void> => {
    const last = world;
    world = null;
    await last?.[Symbol.asyncDispose]();
  };
  afterAll(end);
  return (title, act) => {
    const own = acts.push(act) - 1;
    test(title, async () => {
      if (carriedOut !== own) {
        await end();
        world = await begin();
        for (const earlier of acts.slice(0, own)) await earlier();
      }
      carriedOut = null;
      await act();
      carriedOut = own + 1;
    });
  };
}
