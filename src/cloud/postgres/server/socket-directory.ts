import { createHash } from 'node:crypto';
import { chown, lstat, mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ToolError } from '../../../diagnostics/tool-error.ts';
import type { PostgresLauncher } from './postgres-launcher.ts';
import { socketFile } from './postgres-settings.ts';

/** The longest path of a socket that all systems take (macOS: 104 with the final zero). */
const SOCKET_PATH_BYTES_MAX = 103;

/** Where the server of a cluster has its socket: beside its data, or, when that path is too long, under the temporary folder. */
export function socketDirFor(clusterDir: string): string {
  const inside = join(clusterDir, 'socket');
  if (Buffer.byteLength(socketFile(inside)) <= SOCKET_PATH_BYTES_MAX) return inside;
  const name = createHash('sha256').update(clusterDir).digest('hex').slice(0, 16);
  return join(tmpdir(), `glidepath-${name}`);
}

/** Makes the directory for the launcher's user alone. Throws `CLOUD_POSTGRES_FAILED` when it is somebody else's. */
export async function prepareSocketDir(socketDir: string, launcher: PostgresLauncher): Promise<void> {
  const { owner } = launcher;
  await mkdir(socketDir, { recursive: true, mode: 0o700 });
  const found = await lstat(socketDir);
  const mine = process.getuid?.() ?? found.uid;
  // In the shared folder for temporary files, the name could have been taken by somebody else.
  if (!found.isDirectory() || (found.uid !== mine && found.uid !== owner?.uid)) {
    throw new ToolError('CLOUD_POSTGRES_FAILED', `${socketDir} belongs to somebody else.`, {
      hint: 'Remove it, or move the project to a folder with a shorter path.',
    });
  }
  if (owner !== null && found.uid !== owner.uid) await chown(socketDir, owner.uid, owner.gid);
}

/** Connects to the server that listens there; rejects with ENOENT or ECONNREFUSED when none does. */
export function connectToSocket(socketDir: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path: socketFile(socketDir), allowHalfOpen: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
