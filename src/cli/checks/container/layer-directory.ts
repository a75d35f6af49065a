import { chmod, lstat, mkdir, mkdtemp, readdir, rm, rmdir } from 'node:fs/promises';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkOwner, isOwnerGone } from '../../../cloud/check-containers/check-owner.ts';

/** Where a check in a container writes, and what it says. */
export interface LayerDirectory extends AsyncDisposable {
  readonly upper: string;
  readonly work: string;
  readonly exchange: string;
  readonly isVolatile: boolean;
}

const PREFIX = 'glidepath-layer-';

/** A directory for one check, among the temporary files: a layer must not lie in what it lies over. */
export async function makeLayerDirectory(top: string): Promise<LayerDirectory> {
  const name = Buffer.from(checkOwner()).toString('base64url');
  const dir = await mkdtemp(join(tmpdir(), `${PREFIX}${name}.`));
  const [upper, work, exchange] = [join(dir, 'upper'), join(dir, 'work'), join(dir, 'exchange')];
  for (const path of [upper, work, exchange]) await mkdir(path);
  // It is the top directory, as seen from inside.
  await chmod(upper, (await lstat(top)).mode & 0o7777);
  return {
    upper,
    work,
    exchange,
    isVolatile: mayBeVolatile(),
    [Symbol.asyncDispose]: () => removeLayer(dir),
  };
}

/**
 * From Linux 5.10 on an overlay need not be forced to disk. It then leaves a mark in the directory that it works in, in a
 * place that only root can clear. Source: kernel.org, filesystems/overlayfs, "volatile mount".
 */
function mayBeVolatile(): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  return process.getuid?.() === 0 && (major > 5 || (major === 5 && minor >= 10));
}

/** Removes those of processes that are no more. */
export async function removeLeftLayers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const owner = Buffer.from(name.slice(PREFIX.length).split('.')[0] ?? '', 'base64url').toString();
    // Somebody else's cannot be removed, and need not be by us.
    if (isOwnerGone(owner)) await removeLayer(join(tmpdir(), name)).catch(() => undefined);
  }
}

/** The kernel leaves an empty directory of root's in the one that it works in: it cannot be looked into, but removed. */
async function removeLayer(dir: string): Promise<void> {
  for (const name of ['work', 'index']) await rmdir(join(dir, 'work', name)).catch(() => undefined);
  await rm(dir, { recursive: true, force: true, maxRetries: 3 });
}
