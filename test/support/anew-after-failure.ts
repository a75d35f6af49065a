import { afterAll, afterEach, beforeEach } from 'vitest';

/**
 * What the tests of a file share: made before the first of them, and anew after one that failed, for nobody knows what
 * that one has left. What `make` gives is disposed of before it is called again, and at the end.
 */
export function anewAfterFailure(make: () => Promise<AsyncDisposable>): void {
  let made: AsyncDisposable | null = null;
  const end = async (): Promise<void> => {
    const last = made;
    made = null;
    await last?.[Symbol.asyncDispose]();
  };
  beforeEach(async () => {
    made ??= await make();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await end();
  });
  afterAll(end);
}
