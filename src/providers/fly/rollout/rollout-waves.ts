/**
 * Runs the first task alone, then the rest at most `width` at once: what is wrong with a release shows on one machine.
 * After a failure nothing new is started; what runs is waited for, and the first error is thrown.
 */
export async function inWaves<T>(
  tasks: readonly (() => Promise<T>)[],
  width: number,
  signal: AbortSignal,
): Promise<T[]> {
  const [first, ...rest] = tasks;
  if (first === undefined) return [];
  const [result] = await atOnce([first], 1, signal);
  return [result as T, ...(await atOnce(rest, width, signal))];
}

/** Runs tasks at most `width` at once; failures as with {@link inWaves}. Results in the order of the tasks. */
export async function atOnce<T>(
  tasks: readonly (() => Promise<T>)[],
  width: number,
  signal: AbortSignal,
): Promise<T[]> {
  const results: T[] = [];
  const queue = [...tasks.entries()];
  const errors: unknown[] = [];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined && errors.length === 0; next = queue.shift()) {
      const [index, task] = next;
      try {
        signal.throwIfAborted();
        results[index] = await task();
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, queue.length) }, work));
  if (errors.length > 0) throw errors[0];
  return results;
}
