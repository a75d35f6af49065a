import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { RunCommand } from '../pipeline/pipeline-deps.ts';

/** After SIGTERM a command has this long before SIGKILL. */
const KILL_AFTER_MS = 5_000;

/**
 * Runs a shell command in a process group of its own, with only the variables it is given (and PATH, HOME, LANG): a
 * secret of this process never reaches it by accident. `node` is the Node that runs Glidepath.
 */
export const runCommand: RunCommand = async ({ command, cwd, env, timeoutMs, signal, onLine }) => {
  const child = spawn('/bin/sh', ['-c', command], {
    cwd,
    env: { ...baseEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let timedOut = false;
  const end = (): void => endGroup(child.pid);
  const timer = setTimeout(() => {
    timedOut = true;
    end();
  }, timeoutMs);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', onLine);
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (signal.aborted) throw signal.reason;
    return { exitCode, timedOut };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
};

function baseEnvironment(): Record<string, string> {
  const base: Record<string, string> = { PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` };
  for (const name of ['HOME', 'LANG', 'TMPDIR']) {
    const value = process.env[name];
    if (value !== undefined) base[name] = value;
  }
  return base;
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  signalGroup(pid, 'SIGTERM');
  setTimeout(() => signalGroup(pid, 'SIGKILL'), KILL_AFTER_MS).unref();
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended already: nothing is left to signal.
  }
}
