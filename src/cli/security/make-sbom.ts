import { spawn } from 'node:child_process';
import { runGit } from '../../providers/git/run-git.ts';
import { mergeInventories } from '../../security/components/merge-inventories.ts';
import { writeCycloneDx } from '../../security/sbom/write-cyclonedx.ts';
import { ownVersion } from '../../util/own-file.ts';
import { gatherLocks, manifestAt } from './gather-locks.ts';
import { withInstalledLicences } from './installed-licences.ts';
import type { SecurityWork } from './security-work.ts';

/** A bill of materials, and how much is in it. */
export interface MadeSbom {
  /** CycloneDX 1.6 as JSON. */
  readonly text: string;
  readonly packages: number;
  readonly locks: number;
  readonly skipped: readonly string[];
}

/** The bill of materials of a checkout: what its lock files say, with licences of what is installed. */
export async function makeSbom(
  { root, paths, project }: Pick<SecurityWork, 'root' | 'paths' | 'project'>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<MadeSbom> {
  const { inventories, skipped } = gatherLocks({ root, paths });
  const licensed = inventories.map((inventory) => withInstalledLicences(root, inventory).inventory);
  const merged = mergeInventories(project.name, licensed);
  const text = writeCycloneDx(merged, {
    name: project.name,
    version: manifestAt(`${root}/package.json`)?.version ?? null,
    kind: 'application',
    timestamp: await commitTime(root, env),
    toolVersion: ownVersion(),
  });
  const packages = merged.components.filter(({ isOwn }) => !isOwn).length;
  return { text, packages, locks: inventories.length, skipped };
}

/** SOURCE_DATE_EPOCH where it is set (reproducible-builds.org), else the time of HEAD; null without a commit. */
async function commitTime(
  root: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<number | null> {
  const epoch = env['SOURCE_DATE_EPOCH'];
  if (epoch !== undefined && /^\d+$/.test(epoch)) return Number(epoch) * 1000;
  const { code, stdout } = await runGit(spawn, root, ['log', '-1', '--format=%ct']).catch(() => ({
    code: 1,
    stdout: '',
  }));
  return code === 0 && /^\d+$/.test(stdout.trim()) ? Number(stdout.trim()) * 1000 : null;
}
