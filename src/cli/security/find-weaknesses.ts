import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ResolvedProject } from '../../config/resolved.ts';
import type { WeaknessesFound, WeaknessQuestion } from '../../pipeline/pipeline-deps.ts';
import { systemClock } from '../../util/clock.ts';
import type { CommandContext } from '../command-context.ts';
import { auditLocks } from '../commands/security-audit.ts';
import { listPaths } from '../migrations/list-paths.ts';

/**
 * What is known against the packages of a checkout and of images: for the gate quality(). A rehearsal on the local cloud
 * asks nobody outside.
 */
export async function findWeaknesses(
  context: CommandContext,
  { project, root }: { readonly project: ResolvedProject; readonly root: string },
  { directory, security }: WeaknessQuestion,
): Promise<WeaknessesFound> {
  if (directory === null) return { findings: [], packages: {}, problems: [] };
  const advisories = security.advisories === null ? null : advisoriesIn(directory, root, security.advisories);
  const work = {
    context,
    project: { ...project, security: { ...security, advisories } },
    root: directory,
    paths: (await listPaths(directory)).toSorted(),
    now: systemClock.now(),
  };
  const { findings, skipped } = await auditLocks(work, { isOffline: context.isLocal });
  return { findings, packages: {}, problems: skipped };
}

/** Those of the commit; advisories that are not committed lie in the working copy. */
function advisoriesIn(checkout: string, root: string, path: string): string {
  return existsSync(join(checkout, path)) ? join(checkout, path) : resolve(root, path);
}
