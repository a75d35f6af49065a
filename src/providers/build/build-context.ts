import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ResolvedFlyApp } from '../../config/resolved.ts';
import type { Clock } from '../../util/clock.ts';
import type { Spawn } from '../../util/run-process.ts';
import type { GitSource } from '../git/git-source.ts';
import { linkDependencies } from './link-dependencies.ts';
import type { Once } from './make-once.ts';

/** What is asked of the builder. */
export interface BuildRequest {
  readonly app: ResolvedFlyApp;
  /** Full sha. */
  readonly commit: string;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What every build works with. */
export interface BuildContext {
  readonly source: Pick<GitSource, 'exportTree' | 'commit'>;
  /** The working copy, whose installed dependencies are lent to builds in process mode. */
  readonly root: string;
  /** Holds a directory per commit. */
  readonly workDir: string;
  readonly clock: Clock;
  readonly spawn: Spawn;
  readonly once: Once;
}

/** What is done in an export when it has just been made. */
interface Afterwards {
  readonly signal: AbortSignal;
  run(): Promise<void>;
}

/** The files of a commit with the working copy's dependencies, for commands to run in. Exported once. */
export async function checkout(context: BuildContext, commit: string): Promise<string> {
  return exportedInto(context, commit, join(context.workDir, commit, 'src'));
}

/** An export at `directory` in which `afterwards` was run; made once. */
export async function exportedInto(
  context: BuildContext,
  commit: string,
  directory: string,
  afterwards?: Afterwards,
): Promise<string> {
  await context.once(directory, afterwards?.signal, async () => {
    await context.source.exportTree(commit, directory);
    await linkDependencies(context.root, directory);
    await afterwards?.run();
    return commit;
  });
  return directory;
}

/** The files of a commit and nothing else: what a Dockerfile is built from. Exported once. */
export async function cleanExport(context: BuildContext, commit: string): Promise<string> {
  const directory = join(context.workDir, commit, 'context');
  await context.once(directory, undefined, async () => {
    await context.source.exportTree(commit, directory);
    return commit;
  });
  return directory;
}

/** A short name for what makes a build what it is. */
export function hashOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);
}
