import { appendFile, lstat, open, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterServer } from './cluster-server.ts';
import type { PostgresSettings } from './postgres-settings.ts';
import { isTimelineHistory } from './wal-segments.ts';

const FILE = 'glidepath-first-start.conf';
const INCLUDE = `include_if_exists '${FILE}'`;

/**
 * Writes settings into a copied data directory that hold until its first start has replayed the log. Among them that
 * nothing is forced to disk: Postgres would otherwise force every file of the copy before it lets anybody in.
 */
export async function prepareFirstStart(
  dataDir: string,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const lines = Object.entries({ fsync: 'off', ...settings }).map(
    ([name, value]) => `${name} = '${value}'\n`,
  );
  await writeFile(join(dataDir, FILE), lines.join(''), { mode: 0o600 });
  const config = join(dataDir, 'postgresql.conf');
  if (!(await readFile(config, 'utf8')).includes(INCLUDE)) await appendFile(config, `\n${INCLUDE}\n`);
}

/** Puts the settings of every day into force; what the copy and the replay wrote is then forced to disk, while clients work. */
export async function finishFirstStart(
  server: ClusterServer,
  as: { readonly password: string; readonly settings: PostgresSettings },
): Promise<void> {
  await dropLinkedLog(server, as.password);
  // Emptied and not removed: Postgres would write a line into its log for each process that looks for it.
  await writeFile(join(server.dataDir, FILE), '');
  server.reload();
  // Nobody waits for it, and until it is done the system itself writes within half a minute.
  if (as.settings.fsync) void forceToDisk(server.dataDir).catch(() => undefined);
}

/**
 * Removes segments that are files of an archive under a second name. The server has read them, and would in time use them
 * for new log: that must not happen to the archive, so until here it was told not to (`wal_recycle`).
 */
async function dropLinkedLog(server: ClusterServer, password: string): Promise<void> {
  const dir = join(server.dataDir, 'pg_wal');
  const linked: string[] = [];
  for (const name of (await readdir(dir)).filter((entry) => !isTimelineHistory(entry))) {
    const found = await lstat(join(dir, name)).catch(() => null);
    if (found !== null && found.isFile() && found.nlink > 1) linked.push(name);
  }
  if (linked.length === 0) return;
  // From here on a start needs nothing of what was before.
  await server.asAdmin({ password }, (client) => client.query('checkpoint'));
  await Promise.all(linked.map((name) => rm(join(dir, name), { force: true })));
}

/** Forces all files below a directory to disk; what disappears meanwhile has no need of it. */
async function forceToDisk(dir: string): Promise<void> {
  const entries = await readdir(dir, { withFileTypes: true, recursive: true });
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    await using file = await open(join(entry.parentPath, entry.name)).catch(() => null);
    await file?.sync();
  }
}
