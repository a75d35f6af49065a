import { cloudDirOf } from '../project/open-project.ts';
import type { LocalFigures } from '../environment/environment-status.ts';

/** What the local cloud of a project knows beyond its platform APIs; null when it does not run. */
export async function readLocalFigures(root: string): Promise<LocalFigures | null> {
  const { cloudStatus, readCloud } = await import('../../cloud/control/client.ts');
  const cloud = await readCloud(cloudDirOf(root));
  if (cloud === null) return null;
  const { mode, apps } = await cloudStatus(cloud);
  return { mode: MODE_WORDS[mode] ?? mode, metrics: apps.flatMap((app) => app.traffic ?? []) };
}

const MODE_WORDS: Readonly<Record<string, string>> = { process: 'processes', container: 'containers' };
