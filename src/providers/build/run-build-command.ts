import { dirname } from 'node:path';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Clock } from '../../util/clock.ts';
import { keptLines } from '../../util/kept-lines.ts';
import { runProcess, type Spawn } from '../../util/run-process.ts';

/** One command of a build. */
export interface BuildCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** As it is shown to people. */
  readonly shown: string;
  readonly cwd: string;
  /** Named in the error. */
  readonly app: string;
  /** What it sees of the environment, beside {@link buildEnv}. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  log(line: string): void;
}

/** All that a build sees of our environment: no token can end up in an image or be printed by a build script. */
const ENV_ALLOWED = ['HOME', 'CI', 'NODE_ENV'] as const;
/** The same for everybody: what a build writes must not tell where, or in which language, it ran. */
const ENV_FIXED = { TZ: 'UTC', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' } as const;

/** Runs one command of a build. Throws BUILD_FAILED with what it printed, shortened, when it fails. */
export async function runBuildCommand(spawn: Spawn, clock: Clock, build: BuildCommand): Promise<void> {
  const { program, args, cwd, signal } = build;
  const lines = keptLines();
  const { exitCode } = await runProcess(spawn, clock, {
    program,
    args,
    cwd,
    env: { ...buildEnv(process.env), ...build.env },
    signal,
    onLine(line) {
      lines.add(line);
      build.log(line);
    },
  });
  if (exitCode !== 0) throw buildFailed(build, exitCode, lines.lines());
}

/** The environment of build commands; `node` in it is the Node that runs this tool. */
function buildEnv(env: NodeJS.ProcessEnv): Record<string, string> {
  const allowed: Record<string, string> = {
    ...ENV_FIXED,
    PATH: `${dirname(process.execPath)}:${env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'}`,
  };
  for (const name of ENV_ALLOWED) {
    const value = env[name];
    if (value !== undefined) allowed[name] = value;
  }
  return allowed;
}

function buildFailed(build: BuildCommand, code: number | null, output: readonly string[]): ToolError {
  return new ToolError(
    'BUILD_FAILED',
    `The build of ${build.app} failed (${code === null ? 'it was killed' : `exit code ${code}`}): ${build.shown}`,
    { hint: `Run it yourself: cd ${build.cwd} && ${build.shown}`, output: [...output] },
  );
}
