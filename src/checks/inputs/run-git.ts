import type { Spawn } from '../../util/run-process.ts';

/** Runs git in a directory. Null where there is no git on this machine. */
export type RunGit = (
  cwd: string,
  args: readonly string[],
  input?: string,
) => Promise<{ readonly code: number | null; readonly stdout: Buffer; readonly stderr: string } | null>;

/**
 * A checkout may belong to somebody else, as in containers, and is only looked at. What it would have git start for
 * looking at files is not started.
 */
const SETTINGS = ['-c', 'safe.directory=*', '-c', 'core.fsmonitor=false'];

/** Variables of git itself are kept from it: a hook sets them, and they would lead it to another repository. */
export function createRunGit(spawn: Spawn, env: Readonly<Record<string, string | undefined>>): RunGit {
  const kept = Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.startsWith('GIT_') || name === 'GIT_EXEC_PATH'),
  );
  return async (cwd, args, input) => {
    const child = spawn('git', [...SETTINGS, ...args], {
      cwd,
      env: { ...kept, GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    // It may end without having read all of it; how it ended says so.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
    const code = await new Promise<number | null | 'no git'>((resolve, reject) => {
      child.once('close', resolve);
      child.once('error', (error: NodeJS.ErrnoException) =>
        error.code === 'ENOENT' ? resolve('no git') : reject(error),
      );
    });
    if (code === 'no git') return null;
    return { code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() };
  };
}
