import { randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { CLUSTER_FORMAT, makeTemplateOnce } from '../postgres/cluster/make-template-once.ts';
import type { PostgresBinaries } from '../postgres/server/postgres-binaries.ts';
import type { LaunchCommand, PostgresLauncher } from '../postgres/server/postgres-launcher.ts';

/** A cluster that was never started, to be unpacked for each check: that takes a tenth of the time of an initdb. */
export interface CheckTemplate {
  /** A tar of the data directory. One file, so that no cleaner of old files can take a part of it. */
  readonly archive: string;
  /** Of {@link CHECK_USER}, in every copy. Whoever may read it is the user whose checks these are. */
  readonly password: string;
}

/** The login of checks; a superuser, for test frameworks make databases and extensions. */
export const CHECK_USER = 'app';
/** The database that is there already. */
export const CHECK_DATABASE = 'app_test';

/** The file of a template; its time of change is when it was used last. */
export const TEMPLATE_ARCHIVE = 'data.tar';
const PASSWORD = 'password';
/** A password is asked for also on the loopback: other users of the machine can connect there. */
const PG_HBA = 'local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n';

/** The template of these binaries in a cache directory, made on first use (about a second). Throws `CLOUD_POSTGRES_FAILED`. */
export async function openCheckTemplate(
  cacheDir: string,
  binaries: PostgresBinaries,
  launcher: PostgresLauncher,
): Promise<CheckTemplate> {
  return makeTemplateOnce({
    dir: join(cacheDir, `check-${binaries.version}`),
    unfinished: join(cacheDir, `.check-${randomBytes(6).toString('hex')}`),
    read: readTemplate,
    async make(unfinished) {
      await mkdir(unfinished, { recursive: true, mode: 0o700 });
      await makeTemplate(unfinished, binaries, launcher);
    },
    replacesDamaged: true,
  });
}

async function readTemplate(dir: string): Promise<CheckTemplate | null> {
  const archive = join(dir, TEMPLATE_ARCHIVE);
  const [password, size] = await Promise.all([
    readFile(join(dir, PASSWORD), 'utf8').catch(() => ''),
    stat(archive).then(
      (found) => found.size,
      () => 0,
    ),
  ]);
  if (password === '' || size === 0) return null;
  const now = new Date();
  // Only to know which are used no more: a directory that cannot be written to keeps them all.
  await utimes(archive, now, now).catch(() => undefined);
  return { archive, password };
}

/** The cluster is made among the temporary files, where whoever has to run Postgres may go. */
async function makeTemplate(
  dir: string,
  binaries: PostgresBinaries,
  launcher: PostgresLauncher,
): Promise<void> {
  const password = randomBytes(24).toString('base64url');
  const scratch = await mkdtemp(join(tmpdir(), 'glidepath-initdb-'));
  const dataDir = join(scratch, 'data');
  try {
    await mkdir(dataDir, { mode: 0o700 });
    const { owner } = launcher;
    for (const path of [dataDir, scratch]) if (owner !== null) await chown(path, owner.uid, owner.gid);
    const initdb = launcher.command(binaries.initdb, [
      `--pgdata=${dataDir}`,
      '--username=postgres',
      // Nobody logs in as it: it has no password, and all have to know one.
      '--auth=trust',
      ...CLUSTER_FORMAT,
    ]);
    await runHere(initdb, '');
    const single = ['--single', '-D', dataDir, '-c', 'fsync=off', 'template1'];
    await runHere(
      launcher.command(binaries.postgres, single),
      `create role ${CHECK_USER} superuser login password '${password}'\ncreate database ${CHECK_DATABASE} owner ${CHECK_USER}\n`,
    );
    await writeFile(join(dataDir, 'pg_hba.conf'), PG_HBA);
    await chmod(join(dataDir, 'pg_hba.conf'), 0o600);
    await runHere(
      { file: 'tar', args: ['-cf', join(dir, TEMPLATE_ARCHIVE), '-C', dataDir, '.'], user: {} },
      '',
    );
    await writeFile(join(dir, PASSWORD), password, { mode: 0o600 });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Runs a program with something to read; throws `CLOUD_POSTGRES_FAILED` with what it said, but not with what it read. */
async function runHere({ file, args, user }: LaunchCommand, input: string): Promise<void> {
  const env = { PATH: process.env['PATH'], LANG: 'C' };
  const running = promisify(execFile)(file, args, { ...user, cwd: '/', env });
  running.child.stdin?.end(input);
  await running.catch((cause: { stderr?: string }) => {
    throw new ToolError('CLOUD_POSTGRES_FAILED', 'An empty Postgres cluster could not be made for checks.', {
      hint: `Check that there is room in ${tmpdir()} and that it may be entered by the Postgres user.`,
      output: (cause.stderr ?? '').trim().split('\n'),
    });
  });
}
