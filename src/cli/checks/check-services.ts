import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckService, OpenCheckService } from '../../checks/check-services.ts';
import type { CheckTemplate } from '../../cloud/check-postgres/check-template.ts';
import type { PostgresBinaries } from '../../cloud/postgres/server/postgres-binaries.ts';
import type { PostgresLauncher } from '../../cloud/postgres/server/postgres-launcher.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { systemClock } from '../../util/clock.ts';
import { checkServerPlace, checkServerPlaces } from './check-server-places.ts';
import { checkTemplatesPlace } from './check-templates-place.ts';

/** The directories of these servers; the number is that of the process that will remove them. */
const PREFIX = 'glidepath-check-';
const LEFT = /^glidepath-check-(\d+)-/;

/** What is the same for every server of this process. */
interface Installation {
  readonly binaries: PostgresBinaries;
  readonly launcher: PostgresLauncher;
  readonly template: CheckTemplate;
}

let opening: Promise<Installation> | null = null;

/**
 * A Postgres server for one check: real, empty, there within a tenth of a second, and gone at the end with all it held, also
 * when this process is killed. Its login may do everything, as that of a server on a laptop may, for test frameworks make
 * databases and extensions; another check has another server, so that they may all make the same ones.
 */
export const openCheckService: OpenCheckService = async (service, signal) => {
  signal.throwIfAborted();
  // Once for all that ask; a failure is not kept.
  opening ??= openInstallation().catch((error: unknown) => {
    opening = null;
    throw error;
  });
  const installation = await opening;
  refuseOtherVersion(service, installation.binaries.version);
  const [{ startCheckPostgres }, { CHECK_DATABASE, CHECK_USER }] = await Promise.all([
    import('../../cloud/check-postgres/start-check-postgres.ts'),
    import('../../cloud/check-postgres/check-template.ts'),
  ]);
  const prefix = join(await checkServerPlace(process.env), `${PREFIX}${process.pid}-`);
  const { port, close } = await startCheckPostgres({ ...installation, prefix, clock: systemClock, signal });
  const login = { user: CHECK_USER, password: installation.template.password, database: CHECK_DATABASE };
  return { env: environmentOf({ ...login, port }), close };
};

async function openInstallation(): Promise<Installation> {
  const [{ locatePostgresBinaries }, { choosePostgresLauncher }, { openCheckTemplate }] = await Promise.all([
    import('../../cloud/postgres/server/postgres-binaries.ts'),
    import('../../cloud/postgres/server/postgres-launcher.ts'),
    import('../../cloud/check-postgres/check-template.ts'),
  ]);
  await removeLeft();
  const binaries = await locatePostgresBinaries();
  const launcher = choosePostgresLauncher(binaries);
  return {
    binaries,
    launcher,
    template: await openCheckTemplate(await cacheDirectory(), binaries, launcher),
  };
}

/** Of this user on this machine; among the temporary files where there is no home to write into. */
async function cacheDirectory(): Promise<string> {
  const dir = checkTemplatesPlace(process.env);
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    return dir;
  } catch {
    const own = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-template-`));
    process.once('exit', () => rmSync(own, { recursive: true, force: true }));
    return own;
  }
}

/** `18.4.0-beta.17` is of major version 18. */
function refuseOtherVersion(service: string, version: string): void {
  const [, asked] = /^postgres(?::(\d+))?$/.exec(service) ?? [];
  const [major = ''] = version.split('.');
  if (asked === undefined || asked === major) return;
  throw new ToolError(
    'PROVIDER_NOT_SUPPORTED',
    `A check needs ${service}, but the installed Postgres is ${major}.`,
    {
      hint: `Omit the version (postgres()), or write postgres({ version: ${major} })`,
    },
  );
}

function environmentOf(server: {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}): CheckService['env'] {
  const { port, user, password, database } = server;
  return {
    DATABASE_URL: `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`,
    PGHOST: '127.0.0.1',
    PGPORT: String(port),
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: database,
  };
}

/** What was left when the machine went down, or by one that was killed with all its processes. */
async function removeLeft(): Promise<void> {
  const dirs: string[] = [];
  for (const place of checkServerPlaces()) {
    const names = await readdir(place).catch(() => []);
    dirs.push(...names.filter(isLeft).map((name) => join(place, name)));
  }
  if (dirs.length === 0) return;
  const { adoptPostmaster } = await import('../../cloud/postgres/server/postmaster.ts');
  for (const dir of dirs) {
    try {
      const left = await adoptPostmaster(join(dir, 'data'), systemClock);
      await left?.stop('immediate');
      await rm(dir, { recursive: true, force: true });
    } catch {
      // Somebody else's, or somebody else is at it.
    }
  }
}

function isLeft(name: string): boolean {
  const pid = Number(LEFT.exec(name)?.[1]);
  return Number.isSafeInteger(pid) && !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
