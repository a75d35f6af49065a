import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Spawn } from '../../util/run-process.ts';

/** How a git command ended. */
export interface GitResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a git command is given besides. */
export interface GitExtras {
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads from its standard input. */
  readonly input?: Buffer | string;
}

/**
 * Runs git in a directory. Variables such as GIT_DIR, which a hook or another git sets, are kept from it: they would
 * point it at another repository. Throws SOURCE_NOT_A_REPOSITORY when there is no git at all.
 */
export async function runGit(
  spawn: Spawn,
  cwd: string,
  args: readonly string[],
  more: GitExtras = {},
): Promise<GitResult> {
  const child = spawn('git', args, {
    cwd,
    env: { ...gitEnv(process.env), ...more.env },
    stdio: [more.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  // git may end without having read all of it; how it ended says so.
  child.stdin?.on('error', () => undefined);
  if (more.input !== undefined) child.stdin?.end(more.input);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve);
    child.once('error', (error) => reject(noGit(cwd, error)));
  });
  return { code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}

/** The environment for git: ours without what would change which repository, index or config it works on. */
export function gitEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !name.startsWith('GIT_') || KEPT.has(name));
  return { ...Object.fromEntries(kept), GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' };
}

/** Where git finds itself, and which config of the user it reads: needed on machines set up that way. */
const KEPT = new Set(['GIT_EXEC_PATH', 'GIT_SSL_CAINFO', 'GIT_SSH_COMMAND']);

function noGit(cwd: string, cause: Error): ToolError {
  return new ToolError('SOURCE_NOT_A_REPOSITORY', `git could not be started in ${cwd}: ${cause.message}.`, {
    hint: 'Install git, and run this in a clone of the repository.',
    cause,
  });
}
