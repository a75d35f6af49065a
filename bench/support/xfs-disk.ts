import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SIZE_BYTES = 12 * 1024 ** 3;

/** A disk that can share blocks: XFS in a file, mounted. Null where that is not allowed or XFS' tools are not installed. */
export function mountXfs(): { readonly dir: string; unmount(): void } | null {
  const dir = mkdtempSync(join(tmpdir(), 'glidepath-xfs-'));
  const image = `${dir}.img`;
  writeFileSync(image, '');
  // Takes no room until it is written to.
  truncateSync(image, SIZE_BYTES);
  const remove = (): void => {
    rmSync(dir, { recursive: true, force: true });
    rmSync(image, { force: true });
  };
  const isMade = spawnSync('mkfs.xfs', ['-q', '-m', 'reflink=1', image]).status === 0;
  if (isMade && spawnSync('mount', ['-o', 'loop', image, dir]).status === 0) {
    return {
      dir,
      unmount() {
        spawnSync('umount', ['--lazy', dir]);
        remove();
      },
    };
  }
  remove();
  return null;
}
