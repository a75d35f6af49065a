import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Clock } from '../../util/clock.ts';
import type { PostgresBinaries } from '../postgres/server/postgres-binaries.ts';
import type { PostgresLauncher } from '../postgres/server/postgres-launcher.ts';
import { parsePostmasterPid } from '../postgres/server/postmaster-pid.ts';
import type { CheckTemplate } from './check-template.ts';

/** What a server for one check is made of. */
export interface CheckPostgresOptions {
  readonly binaries: PostgresBinaries;
  readonly launcher: PostgresLauncher;
  readonly template: CheckTemplate;
  /** The beginning of the path of the directory that it gets. */
  readonly prefix: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A server that runs for one check. */
export interface CheckPostgres {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Ends it and removes what it kept. May be called again. */
  readonly close: () => Promise<void>;
}

/*
 * The server ends with a pipe. A shell unpacks the data, starts Postgres and waits for it; its standard input is a pipe from
 * us, and nothing is ever written into it. When the pipe is closed, by us or because we are no more (kill -9), a second
 * shell that reads from it ends Postgres, and the first one removes the directory:
 *
 *   glidepath ──pipe──► sh: read ──SIGQUIT──► postgres
 *                       sh: tar, wait ◄──────────┘ then rm -rf
 *
 * It is asked again until it is gone: a shell starts what runs beside it deaf to SIGQUIT, and Postgres hears it only when it
 * has come so far as to listen. One that does not end within eight seconds is killed.
 */
const SCRIPT = `exec 4<&0 5<&3 3<&- </dev/null
dir=$1; shift
tar -xof - -C "$dir/data" <&5 || exit
exec 5<&-
"$@" 4<&- & server=$!
( read -r _
  left=80
  while kill -QUIT $server && [ $left -gt 0 ]; do left=$((left - 1)); sleep 0.1; done
  kill -KILL $server ) <&4 >/dev/null 2>&1 & watch=$!
exec 4<&-
wait $server; code=$?
kill $watch 2>/dev/null
rm -rf "$dir"
exit $code`;

const POLL_MS = 2;
/** Milliseconds on a quiet machine, seconds on one whose cores are all busy. */
const START_TIMEOUT_MS = 60_000;
/** A port that was free may be taken a moment later. */
const PORT_ATTEMPTS = 5;
const LOG_LINES_SHOWN = 20;

/** Starts a server on a fresh copy of the template; resolves when it accepts connections. Throws `CLOUD_POSTGRES_FAILED`. */
export async function startCheckPostgres(options: CheckPostgresOptions): Promise<CheckPostgres> {
  for (let attempt = 1; ; attempt += 1) {
    options.signal.throwIfAborted();
    const port = await freePort();
    const dir = await makeDirectory(options);
    const server = await spawnServer(options, dir, port);
    const close = async (): Promise<void> => {
      await end(server);
      await rm(dir, { recursive: true, force: true, maxRetries: 3 });
    };
    try {
      if (await becomesReady(server, dir, options)) return { port, close };
    } catch (error) {
      await close();
      throw error;
    }
    const log = server.log.join('');
    await close();
    if (attempt < PORT_ATTEMPTS && log.includes('Address already in use')) continue;
    throw new ToolError('CLOUD_POSTGRES_FAILED', 'Postgres did not start for a check.', {
      hint: `See that there is room on the disk of ${dir}.`,
      output: log.trim().split('\n').slice(-LOG_LINES_SHOWN),
    });
  }
}

interface Server {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  hasEnded: boolean;
  /** What it has printed, until it was ready. */
  readonly log: string[];
}

/** `data` for what Postgres keeps, and `s` for its socket, with a name that is short: paths of sockets have a limit. */
async function makeDirectory({ prefix, launcher: { owner } }: CheckPostgresOptions): Promise<string> {
  const dir = await mkdtemp(prefix);
  // The server may run as another user, who has to get to its data.
  await chmod(dir, 0o711);
  for (const name of ['data', 's']) await mkdir(join(dir, name), { mode: 0o700 });
  if (owner !== null)
    for (const path of [join(dir, 'data'), join(dir, 's'), dir]) await chown(path, owner.uid, owner.gid);
  return dir;
}

async function spawnServer(options: CheckPostgresOptions, dir: string, port: number): Promise<Server> {
  const { file, args, user } = options.launcher.command(
    options.binaries.postgres,
    serverArguments(dir, port),
  );
  await using archive = await open(options.template.archive, 'r');
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'sh', dir, file, ...args], {
    ...user,
    cwd: '/',
    // A Ctrl-C in our terminal is ours to handle.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', archive.fd],
    env: { PATH: process.env['PATH'], LANG: 'C', TZ: 'UTC' },
  });
  const log: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => void log.push(text));
  child.stdin?.on('error', () => undefined);
  const server: Server = { child, hasEnded: false, log, ended: untilEnd(child) };
  void server.ended.then(() => (server.hasEnded = true));
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  return server;
}

function untilEnd(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
}

/** Nobody misses what is lost with the power, so nothing is forced to disk. */
function serverArguments(dir: string, port: number): string[] {
  const settings: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: `"${join(dir, 's').replaceAll('"', '""')}"`,
    shared_buffers: '32MB',
    max_connections: 100,
    // Read in the backend itself: three helper processes less per server.
    io_method: 'sync',
    max_worker_processes: 4,
    jit: 'off',
    // Inside the data directory, so that a killed server leaves nothing in /dev/shm.
    dynamic_shared_memory_type: 'mmap',
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    // Its log is kept short: the data may lie in memory.
    max_wal_size: '64MB',
    min_wal_size: '16MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    logging_collector: 'off',
    log_destination: 'stderr',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['-D', join(dir, 'data'), ...options];
}

/** False when it ended, or the time was up. Throws the reason of the signal. */
async function becomesReady(server: Server, dir: string, options: CheckPostgresOptions): Promise<boolean> {
  const { clock, signal } = options;
  const deadline = clock.now() + START_TIMEOUT_MS;
  while (!server.hasEnded && clock.now() < deadline) {
    const text = await readFile(join(dir, 'data', 'postmaster.pid'), 'utf8').catch(() => '');
    if (parsePostmasterPid(text)?.ready === true) {
      forget(server);
      return true;
    }
    await clock.sleep(POLL_MS, signal);
  }
  return false;
}

/** Reads on, or the server would stand still before a full pipe, and keeps nothing. */
function forget({ child, log }: Server): void {
  for (const stream of [child.stdout, child.stderr]) stream?.removeAllListeners('data').resume();
  log.length = 0;
}

async function end({ child, ended }: Server): Promise<void> {
  child.stdin?.destroy();
  await ended;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
