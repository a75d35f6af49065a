import type { ResolvedProject } from '../../config/resolved.ts';
import { systemClock } from '../../util/clock.ts';
import type { CommandContext } from '../command-context.ts';
import { listPaths } from '../migrations/list-paths.ts';
import { openProject } from '../project/open-project.ts';

/** What every security command works with. */
export interface SecurityWork {
  readonly context: CommandContext;
  readonly project: ResolvedProject;
  /** The directory of the config file. */
  readonly root: string;
  /** What git tracks or would, from the root, sorted. */
  readonly paths: readonly string[];
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/** What may be typed behind every security command. */
export interface TypedSecurityOptions {
  /** `--sarif FILE`, from where the command runs. */
  readonly sarif: string | null;
  /** `--require`: what cannot be looked at is a failure. */
  readonly isRequired: boolean;
}

/** Reads the config, and lists the files. */
export async function openSecurity(context: CommandContext): Promise<SecurityWork> {
  const { project, root } = await openProject(context);
  const paths = (await listPaths(root)).toSorted();
  return { context, project, root, paths, now: systemClock.now() };
}
