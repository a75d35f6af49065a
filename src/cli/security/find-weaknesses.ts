import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ResolvedProject } from '../../config/resolved.ts';
import type { WeaknessesFound, WeaknessQuestion } from '../../pipeline/pipeline-deps.ts';
import type { Finding } from '../../reports/finding.ts';
import { indexAdvisories } from '../../security/advisories/match-advisories.ts';
import { readAdvisories } from '../../security/advisories/read-advisories.ts';
import { scanImage } from '../../security/image/scan-image.ts';
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
  question: WeaknessQuestion,
): Promise<WeaknessesFound> {
  const advisories = advisoriesIn(question.directory ?? root, root, question.security.advisories);
  const images = await lookInto(question, advisories);
  if (question.directory === null) return images;
  const work = {
    context,
    project: { ...project, security: { ...question.security, advisories } },
    root: question.directory,
    paths: (await listPaths(question.directory)).toSorted(),
    now: systemClock.now(),
  };
  const { findings, skipped } = await auditLocks(work, { isOffline: context.isLocal });
  return {
    findings: [...findings, ...images.findings],
    packages: images.packages,
    problems: [...skipped, ...images.problems],
  };
}

/** Those of the commit; advisories that are not committed lie in the working copy. */
function advisoriesIn(checkout: string, root: string, path: string | null): string | null {
  if (path === null) return null;
  return existsSync(join(checkout, path)) ? join(checkout, path) : resolve(root, path);
}

/** The very layers of the images that are deployed. */
async function lookInto(
  { images }: Pick<WeaknessQuestion, 'images'>,
  advisories: string | null,
): Promise<WeaknessesFound> {
  const read = advisories === null ? { advisories: [], problems: [] } : readAdvisories(advisories);
  const index = indexAdvisories(read.advisories);
  const findings: Finding[] = [];
  const packages: Record<string, number> = {};
  for (const { app, layoutDir } of images) {
    const scanned = await scanImage(layoutDir, `image of ${app}`, index);
    packages[app] = scanned.inventory.components.length;
    findings.push(...scanned.findings);
  }
  return { findings, packages, problems: read.problems };
}
