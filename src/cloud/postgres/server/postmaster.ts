import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { open, readFile, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '../../../diagnostics/tool-error.ts';
import { assert } from '../../../util/assert.ts';
import type { Clock } from '../../../util/clock.ts';
import type { PostgresLauncher } from './postgres-launcher.ts';
import { parsePostmasterPid } from './postmaster-pid.ts';
import type { PostmasterPid } from './postmaster-pid.ts';
import { commandLineOf, isProcessAlive } from './process-inspection.ts';
import { startFailure } from './start-failure.ts';

/*
 * One postmaster per data directory, whoever started it:
 *
 *   (no process) ── start ──► starting ── "ready" in postmaster.pid ──► running ── stop ──► (no process)
 *                                 ▲                                        ▲
 *   left by a killed owner ───────┴──────────────── adopt ─────────────────┘
 *
 * The truth is `postmaster.pid` plus the process it names: that the process runs, and that its command line holds our
 * data directory. A pid alone proves nothing, since the kernel gives numbers out again.
 */

const PID_FILE = 'postmaster.pid';
const POLL_MS = 3;
/** Fast stop waits for a checkpoint; on a slow disk that is seconds. */
const FAST_STOP_MS = 10_000;
const IMMEDIATE_STOP_MS = 3_000;
/** Backends of a killed postmaster end within about a second and keep its shared memory until then. */
const START_ATTEMPTS = 30;
const RETRY_MS = 100;
const LOG_BYTES_MAX = 1_000_000;
const LOG_LINES_SHOWN = 20;

/** What is needed to start a postmaster. */
export interface PostmasterOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly dataDir: string;
  readonly logFile: string;
  readonly launcher: PostgresLauncher;
  readonly clock: Clock;
  /** How long it may take until it accepts connections, crash recovery included. */
  readonly startTimeoutMs: number;
}

/** A running postmaster. */
export class Postmaster {
  readonly pid: number;
  /** True when another process, since gone, had started it. */
  readonly isAdopted: boolean;
  readonly #dataDir: string;
  readonly #clock: Clock;
  readonly #child: ChildProcess | null;

  constructor(pid: number, dataDir: string, clock: Clock, child: ChildProcess | null) {
    this.pid = pid;
    this.isAdopted = child === null;
    this.#dataDir = dataDir;
    this.#clock = clock;
    this.#child = child;
  }

  async isAlive(): Promise<boolean> {
    if (this.#child !== null) return this.#child.exitCode === null && this.#child.signalCode === null;
    if (!(await isProcessAlive(this.pid))) return false;
    // A process that is ending has no command line any more, and is not gone yet.
    const command = await commandLineOf(this.pid);
    return command === '' || isPostmasterCommand(command, this.#dataDir);
  }

  /** Calls back when it ends by itself; never for an adopted one, whose end we are not told of. */
  onExit(listener: () => void): void {
    this.#child?.once('exit', listener);
  }

  /**
   * Ends it and waits until it is gone. `fast` ends connections and writes everything out; `immediate` is for what is
   * thrown away. Harder means follow when it does not end in time.
   */
  async stop(how: 'fast' | 'immediate'): Promise<void> {
    if (how === 'fast' && (await this.#signalAndWait('SIGINT', FAST_STOP_MS))) return;
    if (await this.#signalAndWait('SIGQUIT', IMMEDIATE_STOP_MS)) return;
    await this.#signalAndWait('SIGKILL', IMMEDIATE_STOP_MS);
  }

  async #signalAndWait(signal: NodeJS.Signals, timeoutMs: number): Promise<boolean> {
    if (!(await this.isAlive())) return true;
    try {
      process.kill(this.pid, signal);
    } catch {
      return true;
    }
    const deadline = this.#clock.now() + timeoutMs;
    while (await this.isAlive()) {
      if (this.#clock.now() >= deadline) return false;
      await this.#clock.sleep(POLL_MS);
    }
    return true;
  }
}

/** The postmaster that runs on `dataDir` already, ready or not; null when there is none. */
export async function adoptPostmaster(dataDir: string, clock: Clock): Promise<Postmaster | null> {
  const file = await readPostmasterPid(dataDir);
  if (file === null || !(await isOurPostmaster(file.pid, dataDir))) return null;
  return new Postmaster(file.pid, dataDir, clock, null);
}

/**
 * Makes a postmaster run on the data directory: adopts the one that does, else starts one. Resolves when it accepts
 * connections. Throws `CLOUD_POSTGRES_FAILED` with the end of its log when it does not come up.
 */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  const deadline = options.clock.now() + options.startTimeoutMs;
  let log = '';
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt += 1) {
    const logStart = await rotateLog(options.logFile);
    const running =
      (await adoptPostmaster(options.dataDir, options.clock)) ?? (await spawnPostmaster(options));
    if (await becomesReady(running, options, deadline)) return running;
    log = await readLogFrom(options.logFile, logStart);
    // Too early: the backends of a killed server, or a server that ends at this moment, still hold the directory.
    if (!/pre-existing shared memory|lock file "[^"]*" already exists/.test(log)) break;
    await options.clock.sleep(RETRY_MS);
  }
  const { reason, hint } = startFailure(log);
  throw new ToolError('CLOUD_POSTGRES_FAILED', `Postgres did not start on ${options.dataDir}${reason}.`, {
    hint: hint ?? `Its log is in ${options.logFile}`,
    output: log.trim().split('\n').slice(-LOG_LINES_SHOWN),
  });
}

async function spawnPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  await removeForeignPidFile(options.dataDir);
  const { file, args, user } = options.launcher.command(options.program, options.args);
  const log = await open(options.logFile, 'a', 0o600);
  try {
    const child = spawn(file, args, {
      ...user,
      cwd: options.dataDir,
      // Its own session: a Ctrl-C in our terminal is ours to handle, and it outlives us when we are killed.
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { PATH: process.env['PATH'], LANG: 'C', TZ: 'UTC' },
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    assert(child.pid !== undefined, 'a spawned process has a pid');
    return new Postmaster(child.pid, options.dataDir, options.clock, child);
  } finally {
    await log.close();
  }
}

/** Waits for "ready"; false when it ended or the time was up, in which case it is stopped. */
async function becomesReady(
  postmaster: Postmaster,
  options: PostmasterOptions,
  deadline: number,
): Promise<boolean> {
  while (options.clock.now() < deadline) {
    const file = await readPostmasterPid(options.dataDir);
    if (file?.pid === postmaster.pid && file.ready) return true;
    if (!(await postmaster.isAlive())) return false;
    await options.clock.sleep(POLL_MS);
  }
  await postmaster.stop('immediate');
  return false;
}

/**
 * After a restart of the computer, the pid in an old file may be that of any process, and Postgres then refuses to
 * start. Postgres itself deals with a file whose process is gone.
 */
async function removeForeignPidFile(dataDir: string): Promise<void> {
  const file = await readPostmasterPid(dataDir);
  if (file === null || !(await isProcessAlive(file.pid))) return;
  const command = await commandLineOf(file.pid);
  // An unreadable command line proves nothing; then Postgres is left to decide.
  if (command !== '' && !command.includes(dataDir)) await rm(join(dataDir, PID_FILE), { force: true });
}

async function isOurPostmaster(pid: number, dataDir: string): Promise<boolean> {
  return (await isProcessAlive(pid)) && isPostmasterCommand(await commandLineOf(pid), dataDir);
}

function isPostmasterCommand(command: string, dataDir: string): boolean {
  return `${command} `.includes(`/postgres -D ${dataDir} `);
}

async function readPostmasterPid(dataDir: string): Promise<PostmasterPid | null> {
  return parsePostmasterPid(await readFile(join(dataDir, PID_FILE), 'utf8').catch(() => ''));
}

/** Empties a log that has grown long; returns where the next line will start. */
async function rotateLog(logFile: string): Promise<number> {
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  );
  if (size <= LOG_BYTES_MAX) return size;
  await truncate(logFile);
  return 0;
}

async function readLogFrom(logFile: string, start: number): Promise<string> {
  return (await readFile(logFile).catch(() => Buffer.alloc(0))).subarray(start).toString('utf8');
}
