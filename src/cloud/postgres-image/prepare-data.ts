import { spawn } from 'node:child_process';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { copyTemplate, SPARE_DATABASE } from '../postgres/cluster/cluster-template.ts';
import { probeCopyMethod } from '../postgres/copy/copy-method.ts';
import { giveToPostgres } from '../postgres/server/postgres-launcher.ts';
import type { PostgresPrograms } from './postgres-programs.ts';

/** As the image writes it: whoever is inside the machine is let in, everybody else has to know a password. */
const PG_HBA = 'local all all trust\nhost all all all scram-sha-256\n';
const OUTPUT_BYTES_MAX = 4_096;

/**
 * Makes a data directory as the image does at its first start, unless there is one, and takes away what a server that is
 * no more has left in it. Nothing runs on it meanwhile: a volume has one machine, which is about to start. Rejects with
 * what the image would print.
 */
export async function prepareData(options: {
  readonly programs: PostgresPrograms;
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly say: (line: string) => void;
}): Promise<void> {
  const { programs, dataDir, env, say } = options;
  if (await exists(join(dataDir, 'PG_VERSION'))) {
    await giveToPostgres(programs.launcher, dataDir);
    // Of a copy it names a server that runs elsewhere on this computer, and Postgres would not start beside it.
    await rm(join(dataDir, 'postmaster.pid'), { force: true });
    return;
  }
  const password = env['POSTGRES_PASSWORD'] ?? '';
  if (password === '')
    throw new Error('POSTGRES_PASSWORD is not set, which the superuser of a new database needs');
  if ((env['POSTGRES_USER'] ?? 'postgres') !== 'postgres')
    throw new Error('POSTGRES_USER is not supported by the local cloud: the superuser is postgres');
  say(`Postgres ${programs.binaries.version} of the local cloud runs in place of the image`);
  await makeData(programs, dataDir, password);
}

async function makeData(programs: PostgresPrograms, dataDir: string, password: string): Promise<void> {
  const unfinished = `${dataDir}.unfinished`;
  await mkdir(dirname(dataDir), { recursive: true, mode: 0o755 });
  await copyTemplate(await programs.template(), unfinished, await probeCopyMethod(dirname(dataDir)));
  await writeFile(join(unfinished, 'pg_hba.conf'), PG_HBA);
  await giveToPostgres(programs.launcher, unfinished);
  await runAlone(programs, unfinished, [
    `alter role postgres password '${password.replaceAll("'", "''")}'`,
    `drop database if exists ${SPARE_DATABASE}`,
  ]);
  await rm(dataDir, { recursive: true, force: true });
  await rename(unfinished, dataDir);
}

/** Runs statements in a Postgres of its own, without any listener. */
async function runAlone(
  programs: PostgresPrograms,
  dataDir: string,
  statements: readonly string[],
): Promise<void> {
  const { file, args, user } = programs.launcher.command(programs.binaries.postgres, [
    '--single',
    '-D',
    dataDir,
    '-c',
    'fsync=off',
    '-c',
    'exit_on_error=on',
    'template1',
  ]);
  const env = { PATH: process.env['PATH'], LANG: 'C' };
  const child = spawn(file, args, { ...user, cwd: '/', env, stdio: ['pipe', 'ignore', 'pipe'] });
  child.stdin.once('error', () => undefined);
  // One statement a line.
  child.stdin.end(`${statements.join('\n')}\n`);
  let said = '';
  child.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => (said = (said + text).slice(-OUTPUT_BYTES_MAX)));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`an empty database could not be made: ${said.trim()}`);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
