import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { ErrorCode } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { systemClock } from '../../util/clock.ts';
import { ownFile } from '../../util/own-file.ts';
import { startFailure } from '../server/start-failure.ts';
import type { MachinesRequest } from '../containers/machines-mode.ts';
import { readCloud } from './client.ts';
import type { CloudInfo } from './cloud-info.ts';
import type { StartReport } from './start-report.ts';

/** Crash recovery of several databases takes seconds; a minute means that it hangs. */
const READY_TIMEOUT_MS = 60_000;
/** A daemon that reported a failure has nothing left to do. */
const EXIT_MS = 5_000;
/** The daemon's own log starts anew beyond this size. */
const LOG_BYTES_MAX = 5 * 1_024 * 1_024;
const LOG_LINES_SHOWN = 10;

/** How to start a local cloud. */
export interface LaunchOptions {
  readonly stateDir: string;
  /** For all APIs; 0 takes any that is free. Default 4280. */
  readonly port?: number;
  /** For apps by host name; 0 takes any that is free. Default 4281. */
  readonly edgePort?: number;
  /** Machines and databases idle for so long are put to sleep, looked for accordingly often. Default: as on Fly. */
  readonly idleMs?: number;
  /** Whether machines may be containers. Default: when an engine answers. */
  readonly machines?: MachinesRequest;
  /** How much longer requests to a region take, by its three letters. Default: no region is far. */
  readonly regionLatencyMs?: Readonly<Record<string, number>>;
}

/**
 * Starts the daemon in the background and returns once it answers. Throws what kept it from starting:
 * `CLOUD_ALREADY_UP`, `CLOUD_PORT_IN_USE`, `STORE_DISK_FULL`, `CLOUD_START_FAILED` or what a service reported.
 */
export async function launchCloud(options: LaunchOptions): Promise<CloudInfo> {
  const running = await readCloud(options.stateDir);
  if (running !== null) throw alreadyUp(running);
  const { stateDir, log } = prepare(options.stateDir);
  let child: ChildProcess;
  try {
    child = spawn(process.execPath, [ownFile('cloud/main'), ...argumentsOf(options, stateDir)], {
      cwd: stateDir,
      detached: true,
      stdio: ['ignore', log, log, 'pipe'],
    });
  } finally {
    closeSync(log);
  }
  child.unref();
  const report = await readReport(child);
  if (report?.ok === true) return report.info;
  await exited(child, report === null ? 0 : EXIT_MS);
  if (report?.ok === false) {
    throw new ToolError(report.code as ErrorCode, report.message, { hint: report.hint });
  }
  throw new ToolError('CLOUD_START_FAILED', 'The local cloud ended before it was ready.', {
    hint: `Look into ${join(stateDir, 'daemon.log')}`,
    output: lastLines(join(stateDir, 'daemon.log')),
  });
}

/** After a failure nothing may be left: a daemon that has said why it fails ends by itself, one that hangs does not. */
async function exited(child: ChildProcess, withinMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new AbortController();
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      gone.abort();
      resolve();
    });
  });
  await systemClock.sleep(withinMs, gone.signal).then(
    () => child.kill('SIGKILL'),
    () => undefined,
  );
  await ended;
}

/** Says that a cloud runs, and where. */
export function alreadyUp(running: CloudInfo | null): ToolError {
  const where = running === null ? 'just starting' : `process ${running.pid}, API on port ${running.apiPort}`;
  return new ToolError('CLOUD_ALREADY_UP', `The local cloud is already running (${where}).`, {
    hint: 'glidepath cloud status',
  });
}

function prepare(wanted: string): { stateDir: string; log: number } {
  try {
    mkdirSync(wanted, { recursive: true, mode: 0o700 });
    const stateDir = realpathSync(wanted);
    const file = join(stateDir, 'daemon.log');
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    return { stateDir, log: openSync(file, size > LOG_BYTES_MAX ? 'w' : 'a', 0o600) };
  } catch (error) {
    throw startFailure(error, wanted);
  }
}

function argumentsOf(options: LaunchOptions, stateDir: string): string[] {
  const args = ['--state-dir', stateDir, '--report-fd', '3', '--machines', options.machines ?? 'auto'];
  if (options.port !== undefined) args.push('--port', String(options.port));
  if (options.edgePort !== undefined) args.push('--edge-port', String(options.edgePort));
  if (options.idleMs !== undefined) args.push('--idle-ms', String(options.idleMs));
  for (const [region, ms] of Object.entries(options.regionLatencyMs ?? {}))
    args.push('--region-latency-ms', `${region}=${ms}`);
  return args;
}

/** The one line the daemon writes to its fourth file descriptor; null when it ends or hangs without one. */
async function readReport(child: ChildProcess): Promise<StartReport | null> {
  const pipe = child.stdio[3] as Readable;
  const timeout = new AbortController();
  const timedOut = systemClock.sleep(READY_TIMEOUT_MS, timeout.signal).then(
    () => pipe.destroy(),
    () => undefined,
  );
  let text = '';
  try {
    for await (const chunk of pipe.setEncoding('utf8') as AsyncIterable<string>) {
      text += chunk;
      if (text.includes('\n')) break;
    }
    return JSON.parse(text) as StartReport;
  } catch {
    return null;
  } finally {
    timeout.abort();
    await timedOut;
    pipe.destroy();
  }
}

function lastLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-LOG_LINES_SHOWN);
  } catch {
    return [];
  }
}
