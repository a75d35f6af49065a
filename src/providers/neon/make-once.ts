import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Changed, ProjectRef } from './neon-api.ts';
import { isOutcomeUnknown } from './neon-api-error.ts';
import type { NeonContext } from './neon-context.ts';
import { settleOperations } from './settle.ts';

/** Something that is made, and how it is recognised afterwards. */
export interface Making<T> {
  /** For people: `branch staging`. */
  readonly what: string;
  /** Null where the project itself is made. */
  readonly project: ProjectRef | null;
  readonly send: () => Promise<Changed>;
  readonly find: () => Promise<T | null>;
}

/**
 * Makes something that must not be made twice, and waits until the work for it is done. After a lost answer it is looked
 * whether it was made all the same.
 */
export async function makeOnce<T>(
  context: NeonContext,
  { what, project, send, find }: Making<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  let failure: unknown = null;
  try {
    const changed = await send();
    const where = project ?? changed.project ?? null;
    if (where !== null) await settleOperations(context, where, changed, signal);
  } catch (error) {
    if (!isOutcomeUnknown(error)) throw error;
    failure = error;
    await context.clock.sleep(context.timing.lostAnswerMs, signal);
  }
  const made = await find();
  if (made !== null) return made;
  if (failure !== null) throw failure;
  throw new ToolError('PROVIDER_UNREACHABLE', `Neon says that it made ${what}, and does not show it.`, {
    hint: 'Run it again; what was done is not done twice.',
    retry: 'safe',
  });
}
