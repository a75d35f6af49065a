import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Clock } from '../../util/clock.ts';
import { runProcess, type Spawn } from '../../util/run-process.ts';

/** A docker command that builds with BuildKit, and what it needs of the environment. */
export interface DockerCommand {
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
  /** Builds through the buildx plugin; else BuildKit is built in. */
  readonly hasBuildx: boolean;
}

/** What decides which engine the command talks to, and how. */
const ENV_PASSED = [
  'DOCKER_HOST',
  'DOCKER_CONTEXT',
  'DOCKER_CONFIG',
  'DOCKER_CERT_PATH',
  'DOCKER_TLS_VERIFY',
  'BUILDX_BUILDER',
  'SSH_AUTH_SOCK',
] as const;

/** From this version on the command has no BuildKit of its own and needs the buildx plugin. */
const BUILDX_NEEDED_FROM = 23;
/** Asking a command for its version takes milliseconds; one that hangs is none. */
const ASK_TIMEOUT_MS = 5_000;

/**
 * The first docker command of the PATH that reaches an engine and can build with BuildKit; null when there is none. A machine may have
 * several: a newer one without the buildx plugin cannot, an older one behind it can.
 */
export async function findDockerCommand(options: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly spawn: Spawn;
  readonly clock: Clock;
}): Promise<DockerCommand | null> {
  const { env } = options;
  const kept = ENV_PASSED.flatMap((name): [string, string][] => {
    const value = env[name];
    return value === undefined || value === '' ? [] : [[name, value]];
  });
  // Attestations would make of every image an index, for which a machine has no use.
  const own = { DOCKER_BUILDKIT: '1', BUILDX_NO_DEFAULT_ATTESTATIONS: '1' };
  const passed = { ...Object.fromEntries(kept), ...own };
  const base = { PATH: env['PATH'] ?? '', HOME: env['HOME'] ?? '/' };
  for (const program of await dockerPrograms(env['PATH'] ?? '')) {
    const ask = async (args: readonly string[]) => output(options, program, args, { ...base, ...passed });
    // Fails where there is no engine to talk to.
    if ((await ask(['version', '--format', '{{.Server.Version}}'])) === null) continue;
    if ((await ask(['buildx', 'version'])) !== null) return { program, env: passed, hasBuildx: true };
    const major = Number(/version (\d+)\./.exec((await ask(['--version'])) ?? '')?.[1] ?? BUILDX_NEEDED_FROM);
    if (major < BUILDX_NEEDED_FROM) return { program, env: passed, hasBuildx: false };
  }
  return null;
}

async function dockerPrograms(path: string): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const directory of path.split(delimiter).filter((entry) => entry !== '')) {
    const program = join(directory, 'docker');
    const isThere = await access(program, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) found.add(await realpath(program));
  }
  return [...found];
}

/** What a command prints, or null when it fails. */
async function output(
  { spawn, clock }: { readonly spawn: Spawn; readonly clock: Clock },
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string | null> {
  const lines: string[] = [];
  const { exitCode } = await runProcess(spawn, clock, {
    program,
    args,
    cwd: '/',
    env,
    signal: new AbortController().signal,
    timeoutMs: ASK_TIMEOUT_MS,
    onLine: (line) => lines.push(line),
  }).catch(() => ({ exitCode: null }));
  return exitCode === 0 ? lines.join('\n') : null;
}
