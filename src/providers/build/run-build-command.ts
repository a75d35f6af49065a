import type { ChildProcess } from 'node:child_process';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Clock } from '../../util/clock.ts';
import type { Spawn } from '../git/run-git.ts';

/** One command of a build. */
export interface BuildCommand {
  readonly command: string;
  readonly cwd: string;
  /** Named in the error. */
  readonly app: string;
  readonly signal: AbortSignal;
  log(line: string): void;
}

/** Lines of a failed build that go into the error. */
const OUTPUT_LINES = 20;
/** After SIGTERM a command has this long before SIGKILL. */
const KILL_AFTER_MS = 5_000;
/** All that a build sees of our environment: no token can end up in an image or be printed by a build script. */
const ENV_ALLOWED = ['HOME', 'LANG', 'CI', 'NODE_ENV'] as const;

/**
 * Runs one build command with a shell, in a process group of its own that is ended when the signal aborts. Throws
 * BUILD_FAILED with the last lines when it fails.
 */
export async function runBuildCommand(spawn: Spawn, clock: Clock, build: BuildCommand): Promise<void> {
  const { command, cwd, signal } = build;
  signal.throwIfAborted();
  const env = buildEnv(process.env);
  const child = spawn('/bin/sh', ['-c', command], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const done = new AbortController();
  const onAbort = (): void => void endGroup(child, clock, done.signal);
  signal.addEventListener('abort', onAbort, { once: true });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > OUTPUT_LINES) lines.shift();
      build.log(line);
    });
  }
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('close', resolve);
      child.once('error', reject);
    });
    signal.throwIfAborted();
    if (code !== 0) throw buildFailed(build, code, lines);
  } finally {
    done.abort();
    signal.removeEventListener('abort', onAbort);
  }
}

/** The environment of build commands; `node` in it is the Node that runs this tool. */
function buildEnv(env: NodeJS.ProcessEnv): Record<string, string> {
  const allowed: Record<string, string> = {
    PATH: `${dirname(process.execPath)}:${env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'}`,
  };
  for (const name of ENV_ALLOWED) {
    const value = env[name];
    if (value !== undefined) allowed[name] = value;
  }
  return allowed;
}

async function endGroup(child: ChildProcess, clock: Clock, done: AbortSignal): Promise<void> {
  signalGroup(child, 'SIGTERM');
  try {
    await clock.sleep(KILL_AFTER_MS, done);
    signalGroup(child, 'SIGKILL');
  } catch {
    // It ended in time.
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group has ended already.
  }
}

function buildFailed(build: BuildCommand, code: number | null, output: readonly string[]): ToolError {
  return new ToolError(
    'BUILD_FAILED',
    `The build of ${build.app} failed (${code === null ? 'it was killed' : `exit code ${code}`}): ${build.command}`,
    { hint: `Run it yourself: cd ${build.cwd} && ${build.command}`, output: [...output] },
  );
}
