import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MachineMount } from '../../machines/machine-mount.ts';
import type { OpenedImage } from '../../registry/image-store.ts';
import type { MachineConfig } from './machine-config.ts';
import type { AppRecord } from '../records.ts';
import type { Volumes } from '../volumes/volumes.ts';

// What a file of a config is without `mode`; the real default is not documented.
const FILE_MODE_DEFAULT = 0o644;

/** The volume and the files of a machine as they are to be seen by its process. Writes the files below `home`. */
export function machineMounts(options: {
  readonly config: MachineConfig;
  readonly app: AppRecord;
  readonly image: OpenedImage;
  readonly home: string;
  readonly volumes: Volumes;
}): MachineMount[] {
  const { config, app, image, home, volumes } = options;
  const ofVolumes = (config.mounts ?? []).map(({ volume, path }) => ({
    kind: 'volume' as const,
    source: volumes.dataDir(volume),
    path,
    inImage: insideImage(image, path),
  }));
  const dir = join(home, '.files');
  rmSync(dir, { recursive: true, force: true });
  const ofFiles = (config.files ?? []).map((file, index) => {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const source = join(dir, String(index));
    const base64 = file.raw_value ?? app.secrets[file.secret_name ?? '']?.value;
    if (base64 === undefined)
      throw new Error(`the secret ${file.secret_name ?? ''} of ${file.guest_path} is not set`);
    writeFileSync(source, Buffer.from(base64, 'base64'), { mode: file.mode ?? FILE_MODE_DEFAULT });
    return {
      kind: 'file' as const,
      source,
      path: file.guest_path,
      inImage: insideImage(image, file.guest_path),
    };
  });
  return [...ofVolumes, ...ofFiles];
}

/** A process without a root of its own looks for `/app/data` where it was started: in the image's working directory. */
function insideImage({ rootDir, workDir }: OpenedImage, path: string): string | null {
  const inside = join(rootDir, path);
  const isBelowWorkDir = workDir !== '/' && path.startsWith(`${workDir}/`);
  return isBelowWorkDir || existsSync(inside) ? inside : null;
}
