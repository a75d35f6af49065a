import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';

/** How a call of git ended. */
export interface GitResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One call of git in a bare repository. */
export interface GitCall {
  readonly dir: string;
  readonly args: readonly string[];
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A call of git that should have succeeded. */
export class GitError extends Error {
  override readonly name: string = 'GitError';
}

/** Starts git with nothing of the user's settings, and nothing of an outer repository. */
export function startGit({ dir, args, env }: Omit<GitCall, 'input'>): ChildProcessWithoutNullStreams {
  return spawn('git', ['--git-dir', dir, ...args], {
    cwd: dir,
    env: {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      LC_ALL: 'C',
      HOME: dir,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_TERMINAL_PROMPT: '0',
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Runs git to its end, however that is. */
export async function tryGit(call: GitCall): Promise<GitResult> {
  const child = startGit(call);
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  // It may end without having read all of it.
  child.stdin.on('error', () => undefined);
  child.stdin.end(call.input ?? '');
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve(status ?? -1));
  });
  return { code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}

/** What git prints. Throws {@link GitError} when it fails. */
export async function runGit(call: GitCall): Promise<string> {
  const { code, stdout, stderr } = await tryGit(call);
  if (code !== 0) throw new GitError(`git ${call.args[0]} ended with ${code}: ${stderr.trim()}`);
  return stdout;
}
