import { randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import { appendFile, chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ToolError } from '../../../diagnostics/tool-error.ts';
import type { CopyMethod } from '../copy/copy-method.ts';
import { asDiskFull } from '../copy/copy-room.ts';
import { copyTree, removeUnfinishedCopies } from '../copy/copy-tree.ts';
import { readClusterRecord } from './cluster-record.ts';
import { CLUSTER_FORMAT, makeTemplateOnce } from './make-template-once.ts';
import { giveToPostgres } from '../server/postgres-launcher.ts';
import { REMOVAL } from './remove-cluster-dir.ts';
import type { PostgresBinaries } from '../server/postgres-binaries.ts';
import type { LaunchCommand, PostgresLauncher } from '../server/postgres-launcher.ts';

/** An empty Postgres cluster that was never started, to be copied: a copy takes a tenth of the time of an initdb. */
export interface ClusterTemplate {
  readonly dataDir: string;
  /** Of the superuser {@link ADMIN_USER}, in every copy. */
  readonly adminPassword: string;
}

/** The superuser; only the local cloud itself logs in as it. */
export const ADMIN_USER = 'postgres';

/**
 * An empty database that a new cluster renames to the one asked for: creating one would write, and at the next stop
 * force to disk, three hundred files.
 */
export const SPARE_DATABASE = 'glidepath_spare';

/** The rest of a template's name is the version of Postgres. */
const PREFIX = 'template-';

/** Every connection, ours included, comes by the socket and has to know a password. */
const PG_HBA = 'local all all scram-sha-256\n';

/** The template for these binaries under `stateDir`, made by initdb on first use (about half a second). */
export async function openClusterTemplate(
  stateDir: string,
  binaries: PostgresBinaries,
  launcher: PostgresLauncher,
): Promise<ClusterTemplate> {
  return makeTemplateOnce({
    dir: join(stateDir, `${PREFIX}${binaries.version}`),
    unfinished: join(stateDir, `.template-${randomBytes(6).toString('hex')}`),
    read: readTemplate,
    make: async (unfinished) => makeTemplate(unfinished, binaries, launcher),
    replacesDamaged: false,
  });
}

/**
 * Removes the templates of other versions of Postgres: each cluster has its own copy and knows its own password. Not one
 * that the history of a cluster begins with.
 */
export async function removeOldTemplates(stateDir: string, version: string): Promise<void> {
  const names = (await readdir(stateDir)).filter(
    (name) => name.startsWith(PREFIX) && name !== `${PREFIX}${version}`,
  );
  if (names.length === 0) return;
  const clusters = join(stateDir, 'clusters');
  const records = await Promise.all(
    (await readdir(clusters)).map(async (name) => readClusterRecord(join(clusters, name))),
  );
  const needed = records.flatMap((record) => record?.history.backups.map(({ path }) => path) ?? []);
  for (const name of names)
    if (!needed.some((path) => path.split('/')[0] === name)) await rm(join(stateDir, name), REMOVAL);
}

/** Makes a data directory from the template in place of what is there. Throws `STORE_DISK_FULL`. */
export async function copyTemplate(
  template: ClusterTemplate,
  dataDir: string,
  method: CopyMethod,
): Promise<void> {
  await rm(dataDir, REMOVAL);
  await removeUnfinishedCopies(dataDir);
  try {
    await copyTree({ from: template.dataDir, to: dataDir, method });
  } catch (error) {
    throw asDiskFull(error, dataDir);
  }
}

async function readTemplate(dir: string): Promise<ClusterTemplate | null> {
  const adminPassword = await readFile(join(dir, 'admin-password'), 'utf8').catch(() => null);
  return adminPassword === null ? null : { dataDir: join(dir, 'data'), adminPassword };
}

async function makeTemplate(
  dir: string,
  binaries: PostgresBinaries,
  launcher: PostgresLauncher,
): Promise<void> {
  const dataDir = join(dir, 'data');
  const passwordFile = join(dir, 'admin-password');
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  await giveToPostgres(launcher, dir);
  const { file, args, user } = launcher.command(binaries.initdb, [
    '--pgdata',
    dataDir,
    `--username=${ADMIN_USER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    ...CLUSTER_FORMAT,
  ]);
  await runHere(dir, { file, args, user }, '');
  const single = ['--single', '-D', dataDir, '-c', 'fsync=off', 'template1'];
  await runHere(dir, launcher.command(binaries.postgres, single), `create database ${SPARE_DATABASE}\n`);
  await writeFile(join(dataDir, 'pg_hba.conf'), PG_HBA);
  await appendFile(join(dataDir, 'postgresql.conf'), "\nlog_timezone = 'UTC'\ntimezone = 'UTC'\n");
  await chmod(dir, 0o711);
}

/** Runs one of the Postgres programs with something to read; throws `CLOUD_POSTGRES_FAILED` with what it said. */
async function runHere(dir: string, { file, args, user }: LaunchCommand, input: string): Promise<void> {
  const env = { PATH: process.env['PATH'], LANG: 'C' };
  const running = promisify(execFile)(file, args, { ...user, cwd: '/', env });
  running.child.stdin?.end(input);
  await running.catch((cause: { stderr?: string }) => {
    throw new ToolError('CLOUD_POSTGRES_FAILED', 'An empty Postgres cluster could not be made.', {
      hint: `Check that ${dir} is on a disk with room and that its parents may be entered by the Postgres user.`,
      output: (cause.stderr ?? '').trim().split('\n'),
      cause,
    });
  });
}
