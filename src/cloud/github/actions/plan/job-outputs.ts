/** The outputs of a job as other jobs see them. */
export interface KeptOutputs {
  readonly outputs: Record<string, string>;
  /** The names of those that were dropped: `Skip output 'x' since it may contain secret.` */
  readonly dropped: readonly string[];
}

/**
 * Drops the outputs that hold a secret or a masked value: they never leave their job.
 * docs: section-defining-outputs-for-jobs.
 */
export function keepOutputs(
  outputs: Readonly<Record<string, string>>,
  masks: readonly string[],
): KeptOutputs {
  const secret = masks.filter((mask) => mask !== '');
  const isDropped = (value: string): boolean => secret.some((mask) => value.includes(mask));
  const entries = Object.entries(outputs);
  return {
    outputs: Object.fromEntries(entries.filter(([, value]) => !isDropped(value))),
    dropped: entries.filter(([, value]) => isDropped(value)).map(([name]) => name),
  };
}
