import type { ResolvedCheck } from '../config/resolved.ts';
import { hasOutput, outputGlobs } from './cache/output-files.ts';

/** What a check that has passed says it makes, and did not. */
export interface UnmadeOutputs {
  /** Globs of its outputs that match nothing, in the order of the config. */
  readonly globs: readonly string[];
  /** It made nothing of what it names: its outputs are most likely misspelled, and there is nothing to keep. */
  readonly isAll: boolean;
}

/** Looks in a checkout, right after the check has run. */
export function unmadeOutputs(root: string, { outputs }: Pick<ResolvedCheck, 'outputs'>): UnmadeOutputs {
  const excepted = outputs.filter((glob) => glob.startsWith('!'));
  const wanted = outputs.filter((glob) => !glob.startsWith('!'));
  const globs = wanted.filter((glob) => !hasOutput(root, outputGlobs([glob, ...excepted])));
  return { globs, isAll: globs.length > 0 && globs.length === wanted.length };
}
