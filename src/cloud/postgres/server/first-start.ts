import { appendFile, open, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterServer } from '../cluster/cluster-server.ts';
import type { PostgresSettings } from './postgres-settings.ts';

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
export async function finishFirstStart(server: ClusterServer, settings: PostgresSettings): Promise<void> {
  // Emptied and not removed: Postgres would write a line into its log for each process that looks for it.
  await writeFile(join(server.dataDir, FILE), '');
  server.reload();
  // Nobody waits for it, and until it is done the system itself writes within half a minute.
  if (settings.fsync) void forceToDisk(server.dataDir).catch(() => undefined);
}

/** Forces all files below a directory to disk; what disappears meanwhile has no need of it. */
async function forceToDisk(dir: string): Promise<void> {
  const entries = await readdir(dir, { withFileTypes: true, recursive: true });
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    await using file = await open(join(entry.parentPath, entry.name)).catch(() => null);
    await file?.sync();
  }
}
