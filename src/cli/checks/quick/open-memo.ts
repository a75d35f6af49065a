import { ownFiles } from '../../../checks/own-files/own-files.ts';
import { findConfig } from '../../../config/find-config.ts';
import type { CommandContext } from '../../command-context.ts';
import type { TypedCiOptions } from '../typed-ci.ts';
import { dirname } from 'node:path';
import { ownFileRecords } from '../../project/machine-state.ts';
import { memoOfRun, type EndedRun } from './remember-run.ts';
import { beginMemo } from './write-memo.ts';

/** Remembers a run for the next one, where that can be. */
export interface OpenMemo extends Disposable {
  remember(run: Omit<EndedRun, 'process' | 'env' | 'args'>): void;
}

/** Null where the next run could not be the same: what is asked for is more than whether all checks have passed. */
export function openMemo(context: CommandContext, typed: TypedCiOptions): OpenMemo | null {
  if (!isPlain(context, typed) || dirname(findConfig({ cwd: context.cwd })) !== context.cwd) return null;
  const writer = beginMemo(context.cwd, ownFiles(ownFileRecords(context.env)));
  if (writer === null) return null;
  return {
    remember(run) {
      const made = memoOfRun({ ...run, process, env: context.env, args: process.argv.slice(3) });
      try {
        if (made !== null) writer.commit(made.memo, made.restless);
      } catch {
        // A full disk: no time is saved then, and the checks have passed all the same.
      }
    },
    [Symbol.dispose]: () => writer.close(),
  };
}

function isPlain(
  { output, isVerbose, isLocal, projectFile, env }: CommandContext,
  typed: TypedCiOptions,
): boolean {
  const { since, isWatched, isForce, isCacheless, isContainer, exportTo } = typed;
  const asksForMore =
    since !== null || exportTo !== null || isWatched || isForce || isCacheless || isContainer;
  const isElsewhere = isLocal || projectFile !== null || env['GITHUB_ACTIONS'] === 'true';
  return !asksForMore && !isElsewhere && !output.json && !isVerbose && process.argv[2] === 'ci';
}
