// What a database for a check costs: the time until it answers a query, over a bare `initdb` and start of the same binaries,
// and over `CREATE DATABASE` on a server that runs already (which is no server of its own); for one check after the other,
// and for eight at once. Takes about a minute.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { CheckService } from '../src/checks/check-services.ts';
import { openCheckService } from '../src/cli/checks/check-services.ts';
import { locatePostgresBinaries } from '../src/cloud/postgres/server/postgres-binaries.ts';
import { choosePostgresLauncher } from '../src/cloud/postgres/server/postgres-launcher.ts';
import { median, timed } from './support/local-databases.ts';

const ROUNDS = 15;
const ROUNDS_OF_EIGHT = 5;
const AT_ONCE = 8;
const POLL_MS = 2;

/** Prints the figures. */
export async function run(): Promise<void> {
  const quiet = new AbortController().signal;
  const open = (): Promise<CheckService> => openCheckService('postgres', quiet);
  // The first of a machine makes the template, which is not what is measured.
  const first = await open();
  const [ours, bare, created, ends] = [[] as number[], [] as number[], [] as number[], [] as number[]];
  for (let round = 0; round < ROUNDS; round += 1) {
    let service: CheckService | null = null;
    ours.push(
      await timed(async () => {
        service = await open();
        await answers(urlOf(service));
      }),
    );
    ends.push(await timed(async () => service?.close()));
    bare.push(await bareServer());
    created.push(await timed(() => createDatabase(urlOf(first), `bench_${round}`)));
  }
  await first.close();
  console.log(
    `  a database of its own: ${ms(median(ours))}, over a bare initdb and start ${ratio(ours, bare)} of ${ms(median(bare))}, over CREATE DATABASE on a running server ${ratio(ours, created)} of ${ms(median(created))} · gone ${ms(median(ends))}`,
  );
  const eight: number[] = [];
  for (let round = 0; round < ROUNDS_OF_EIGHT; round += 1) {
    const services: CheckService[] = [];
    eight.push(
      await timed(async () => {
        services.push(...(await Promise.all(Array.from({ length: AT_ONCE }, open))));
        await Promise.all(services.map((service) => answers(urlOf(service))));
      }),
    );
    await Promise.all(services.map((service) => service.close()));
  }
  console.log(
    `  eight at once: ${ms(median(eight))} until the last answers, over one alone ${ratio(eight, ours)}`,
  );
}

const urlOf = ({ env }: CheckService): string => env['DATABASE_URL'] ?? '';

async function answers(url: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  await client.query('select 1');
  await client.end();
}

async function createDatabase(url: string, name: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const own = new URL(url);
  own.pathname = `/${name}`;
  await answers(own.href);
}

/** As by hand: a new cluster, its server, and a first query by the socket. */
async function bareServer(): Promise<number> {
  const binaries = await locatePostgresBinaries();
  const launcher = choosePostgresLauncher(binaries);
  const dir = mkdtempSync(join(tmpdir(), 'glidepath-bench-'));
  const data = join(dir, 'data');
  mkdirSync(data, { mode: 0o700 });
  chmodSync(dir, 0o711);
  if (launcher.owner !== null)
    for (const path of [data, dir]) chownSync(path, launcher.owner.uid, launcher.owner.gid);
  const began = performance.now();
  const initdb = launcher.command(binaries.initdb, ['-D', data, '--no-sync', '-U', 'app', '--auth=trust']);
  execFileSync(initdb.file, [...initdb.args], { ...initdb.user, cwd: '/', stdio: 'ignore' });
  const settings = ['-c', 'listen_addresses=', '-c', `unix_socket_directories=${data}`, '-c', 'fsync=off'];
  const postgres = launcher.command(binaries.postgres, ['-D', data, ...settings]);
  const server = spawn(postgres.file, [...postgres.args], { ...postgres.user, cwd: '/', stdio: 'ignore' });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  while (!isReady(data)) await new Promise((resolve) => void setTimeout(resolve, POLL_MS));
  const client = new Client({ host: data, user: 'app', database: 'postgres' });
  await client.connect();
  await client.query('select 1');
  await client.end();
  const took = performance.now() - began;
  server.kill('SIGQUIT');
  await ended;
  rmSync(dir, { recursive: true });
  return took;
}

function isReady(data: string): boolean {
  try {
    return readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[7]?.trim() === 'ready';
  } catch {
    return false;
  }
}

function ms(value: number): string {
  return `${value.toFixed(0)} ms`;
}

function ratio(values: readonly number[], floor: readonly number[]): string {
  return (median(values) / median(floor)).toFixed(2);
}
