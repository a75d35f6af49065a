import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { systemClock } from '../util/clock.ts';
import type { RunCommand } from '../util/run-command.ts';
import { runProcess } from '../util/run-process.ts';

/**
 * Runs a shell command in a process group of its own, with only the variables it is given (and PATH, HOME, LANG): a
 * secret of this process never reaches it by accident. `node` is the Node that runs Glidepath.
 */
export const runCommand: RunCommand = async ({ command, env, ...run }) =>
  runProcess(spawn, systemClock, {
    program: '/bin/sh',
    args: ['-c', command],
    env: { ...baseEnvironment(), ...env },
    ...run,
  });

function baseEnvironment(): Record<string, string> {
  const base: Record<string, string> = { PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` };
  for (const name of ['HOME', 'LANG', 'TMPDIR']) {
    const value = process.env[name];
    if (value !== undefined) base[name] = value;
  }
  return base;
}
