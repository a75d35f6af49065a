// What branches of local databases cost: making one over the disk's own copy of the same bytes (`cp -a`), with shared blocks
// where an XFS can be mounted; waking one by connecting over the bare start of its server; the memory of twenty; a restore to
// a time over the copy and the replay of the log that it is made of. Takes about five minutes and 12 GB of disk.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { directorySize } from '../src/cloud/postgres/copy/directory-size.ts';
import { memoryOfTree } from '../src/cloud/postgres/server/process-inspection.ts';
import { locatePostgresBinaries } from '../src/cloud/postgres/server/postgres-binaries.ts';
import { choosePostgresLauncher } from '../src/cloud/postgres/server/postgres-launcher.ts';
import {
  DEFAULT_POSTGRES_SETTINGS,
  SOCKET_PORT,
  postgresArguments,
} from '../src/cloud/postgres/server/postgres-settings.ts';
import { startPostmaster } from '../src/cloud/postgres/server/postmaster.ts';
import { systemClock } from '../src/util/clock.ts';
import { LocalDatabases, median, timed } from './support/local-databases.ts';
import { mountXfs } from './support/xfs-disk.ts';

const SIZES_MB = [50, 500, 2_000] as const;
const MB = 1024 * 1024;
const ROUNDS = 5;
/** The smallest takes least and varies most. */
const ROUNDS_SMALL = 15;
const IDLE_BRANCHES = 20;

/** Prints the figures. */
export async function run(): Promise<void> {
  for (const size of SIZES_MB) await branchCreation(size);
  await reflinked();
  await resumeOnConnect();
  await memoryOfMany();
  await restoreToTime();
}

async function branchCreation(size: number): Promise<void> {
  await using databases = await LocalDatabases.in();
  const { service, dir } = databases;
  await databases.fill('main', size);
  // The bytes that a branch consists of, in the same kind of directory.
  await service.branch({ id: 'measure', from: 'main' });
  const [copies, branches, answers] = [[] as number[], [] as number[], [] as number[]];
  const rounds = size === SIZES_MB[0] ? ROUNDS_SMALL : ROUNDS;
  for (let round = 0; round < rounds; round += 1) {
    copies.push(
      await timed(() => execFileSync('cp', ['-a', databases.dataDir('measure'), join(dir, 'copy')])),
    );
    rmSync(join(dir, 'copy'), { recursive: true });
    branches.push(await timed(() => service.branch({ id: 'copy', from: 'main' })));
    const began = performance.now();
    await databases.query('copy', 'select 1');
    answers.push((branches.at(-1) ?? 0) + performance.now() - began);
    await service.destroy('copy');
  }
  const floor = median(copies);
  const bytes = await sizeMb(databases.dataDir('measure'));
  console.log(
    `  a branch of ${bytes} MB: ${ms(median(branches))}, over cp -a ${ratio(branches, copies)} (goal ≤ 1.1) of ${ms(floor)} · answering ${ms(median(answers))}, ${ratio(answers, copies)}`,
  );
}

async function reflinked(): Promise<void> {
  const disk = mountXfs();
  if (disk === null) {
    console.log('  a branch with shared blocks: skipped, for no XFS can be made and mounted here');
    return;
  }
  try {
    await using databases = await LocalDatabases.in(disk.dir);
    for (const size of SIZES_MB) {
      await databases.fill(`main${size}`, size);
      await databases.service.branch({ id: 'measure', from: `main${size}` });
      const [copies, branches] = [[] as number[], [] as number[]];
      for (let round = 0; round < ROUNDS; round += 1) {
        const [from, to] = [databases.dataDir('measure'), join(databases.dir, 'copy')];
        copies.push(await timed(() => execFileSync('cp', ['-a', '--reflink=always', from, to])));
        rmSync(to, { recursive: true });
        branches.push(await timed(() => databases.service.branch({ id: 'copy', from: `main${size}` })));
        await databases.service.destroy('copy');
      }
      const bytes = await sizeMb(databases.dataDir('measure'));
      await databases.service.destroy('measure');
      await databases.service.destroy(`main${size}`);
      console.log(
        `  a branch of ${bytes} MB with shared blocks (XFS): ${ms(median(branches))}, over cp --reflink ${ratio(branches, copies)} of ${ms(median(copies))}`,
      );
    }
  } finally {
    disk.unmount();
  }
}

/** The floor: the same server started by hand on the same files, and a statement through its socket. */
async function resumeOnConnect(): Promise<void> {
  await using databases = await LocalDatabases.in();
  const { service } = databases;
  await databases.fill('main', SIZES_MB[0]);
  const [resumes, starts] = [[] as number[], [] as number[]];
  for (let round = 0; round < ROUNDS * 3; round += 1) {
    await service.suspend('main');
    starts.push(await bareStart(databases));
    resumes.push(await timed(() => databases.query('main', 'select 1')));
  }
  console.log(
    `  resume on connect: ${ms(median(resumes))}, over a bare start ${ratio(resumes, starts)} (goal ≤ 1.2) of ${ms(median(starts))}`,
  );
}

async function bareStart(databases: LocalDatabases): Promise<number> {
  const binaries = await locatePostgresBinaries();
  const launcher = choosePostgresLauncher(binaries);
  const [dataDir, socketDir] = [databases.dataDir('main'), databases.dir];
  const directories = { dataDir, socketDir, archiveDir: null };
  const credentials = databases.service.credentials('main', 'app');
  const began = performance.now();
  const postmaster = await startPostmaster({
    program: binaries.postgres,
    args: postgresArguments(directories, DEFAULT_POSTGRES_SETTINGS),
    dataDir,
    logFile: join(databases.dir, 'bare.log'),
    launcher,
    clock: systemClock,
    startTimeoutMs: 30_000,
  });
  const client = new Client({
    host: socketDir,
    port: SOCKET_PORT,
    database: 'main',
    user: credentials?.username,
    password: credentials?.password,
  });
  await client.connect();
  await client.query('select 1');
  const took = performance.now() - began;
  await client.end();
  await postmaster.stop('fast');
  return took;
}

async function memoryOfMany(): Promise<void> {
  await using databases = await LocalDatabases.in();
  const { service } = databases;
  await databases.fill('main', SIZES_MB[0]);
  await service.suspend('main');
  const before = process.memoryUsage.rss();
  const ids = Array.from({ length: IDLE_BRANCHES }, (_, index) => `branch${index}`);
  const made = await timed(async () => {
    for (const id of ids) await service.branch({ id, from: 'main' });
  });
  const ours = process.memoryUsage.rss() - before;
  const suspended = await memory(databases);
  for (const id of ids) await databases.query(id, 'select 1');
  const awake = await memory(databases);
  for (const id of ids) await service.suspend(id);
  console.log(
    `  ${IDLE_BRANCHES} idle branches: ${suspended} MB while suspended (${(ours / MB).toFixed(0)} MB more in this process after making them in ${ms(made)}), ${awake} MB (PSS) while all run, ${await memory(databases)} MB suspended again`,
  );
}

/** Megabytes of all servers. */
async function memory({ service }: LocalDatabases): Promise<string> {
  const pids = (await service.list()).flatMap(({ id, pid }) => (id === 'main' || pid === null ? [] : [pid]));
  const bytes = await Promise.all(pids.map((pid) => memoryOfTree(pid)));
  return (bytes.reduce<number>((sum, one) => sum + (one ?? 0), 0) / MB).toFixed(0);
}

/** The floor: `cp -a` of the backup it starts from, and the replay as Postgres itself reports it. */
async function restoreToTime(): Promise<void> {
  await using databases = await LocalDatabases.in();
  const { service, dir } = databases;
  await databases.fill('main', 500);
  await databases.query('main', 'update bulk set n = n + 1 where n % 4 = 0');
  const at = Date.now() + 1;
  await databases.query('main', 'delete from bulk where n % 2 = 0');
  const template = (await readdir(dir)).find((name) => name.startsWith('template-')) ?? '';
  const [floors, restores] = [[] as number[], [] as number[]];
  for (let round = 0; round < ROUNDS; round += 1) {
    const copied = await timed(() =>
      execFileSync('cp', ['-a', join(dir, template, 'data'), join(dir, 'copy')]),
    );
    rmSync(join(dir, 'copy'), { recursive: true });
    restores.push(await timed(() => service.branch({ id: 'past', from: 'main', at })));
    floors.push(copied + replayMs(readFileSync(join(dir, 'clusters/past/postgres.log'), 'utf8')));
    await service.destroy('past');
  }
  console.log(
    `  a restore to a time: ${ms(median(restores))}, over copy + replay ${ratio(restores, floors)} of ${ms(median(floors))}`,
  );
}

/** From "redo starts" to the promoted server's "ready", by the server's own log. */
function replayMs(log: string): number {
  const at = (what: string): number => {
    const line = log.split('\n').find((candidate) => candidate.includes(what)) ?? '';
    return Date.parse(`${line.slice(0, 23).replace(' ', 'T')}Z`);
  };
  return at('ready to accept connections') - at('redo starts at');
}

async function sizeMb(dir: string): Promise<string> {
  return ((await directorySize(dir)) / MB).toFixed(0);
}

/** The median of the ratios of measurements that were taken one after the other. */
function ratio(values: readonly number[], floors: readonly number[]): string {
  return `× ${median(values.map((value, index) => value / (floors[index] ?? Number.NaN))).toFixed(2)}`;
}

function ms(value: number): string {
  return value < 1_000 ? `${value.toFixed(0)} ms` : `${(value / 1_000).toFixed(2)} s`;
}

if (import.meta.main) await run();
