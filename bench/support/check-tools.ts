import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A tool that runs the tasks of a repository, called in one of the ways that it can be called. */
export interface CheckTool {
  readonly name: string;
  readonly program: string;
  /** For tasks by name; none: all. */
  readonly args: (tasks: readonly string[]) => readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What it keeps, from the root of the repository: removed before a cold run. */
  readonly state: readonly string[];
}

const ROOT = join(import.meta.dirname, '..', '..');
const PEERS = join(ROOT, 'bench', 'peers');
/** As many tasks at once as the machine of the figures has cores; the same for every tool. */
export const TASKS_AT_ONCE = 2;

/** Glidepath's own command. */
export const GLIDEPATH: CheckTool = {
  name: 'glidepath ci',
  program: process.execPath,
  args: (tasks) => [
    join(ROOT, 'bin', 'glidepath.js'),
    'ci',
    ...(tasks.length === 0 ? [] : ['--only', ...tasks]),
  ],
  env: {},
  state: ['.glidepath'],
};

/** The least that a command written for Node can take. */
export const FLOOR: CheckTool = {
  name: 'node -e 0',
  program: process.execPath,
  args: () => ['-e', '0'],
  env: {},
  state: [],
};

/**
 * The peers, in a directory of their own, in the versions of bench/peers; null, with a line that says so, where npm cannot
 * reach its registry.
 */
export function installPeers(): string | null {
  const dir = mkdtempSync(join(tmpdir(), 'glidepath-peers-'));
  for (const file of ['package.json', 'package-lock.json']) cpSync(join(PEERS, file), join(dir, file));
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: dir,
  });
  if (status === 0) return dir;
  rmSync(dir, { recursive: true, force: true });
  console.log('  skipped: turbo, wireit and nx could not be installed, so there is nobody to compare with');
  return null;
}

/** Each as its documents say, and the fastest way there is: the native binary of turbo, wireit and nx without npm. */
export function peerTools(dir: string): readonly CheckTool[] {
  const modules = join(dir, 'node_modules');
  const node = (
    name: string,
    file: string,
    args: CheckTool['args'],
    env: CheckTool['env'],
    state: string[],
  ): CheckTool => ({
    name,
    program: process.execPath,
    args: (tasks) => [join(modules, file), ...args(tasks)],
    env,
    state,
  });
  const turboArgs: CheckTool['args'] = (tasks) => ['run', ...named(tasks), `--concurrency=${TASKS_AT_ONCE}`];
  const turboEnv = { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', TURBO_NO_UPDATE_NOTIFIER: '1' };
  const turboState = ['.turbo', 'node_modules/.cache/turbo'];
  const nxArgs: CheckTool['args'] = (tasks) => [
    'run-many',
    '-t',
    ...named(tasks),
    `--parallel=${TASKS_AT_ONCE}`,
    '--outputStyle=static',
  ];
  const native = join(modules, '@turbo', `linux-${arch() === 'x64' ? '64' : arch()}`, 'bin', 'turbo');
  return [
    node('turbo, by its npm shim', 'turbo/bin/turbo', turboArgs, turboEnv, turboState),
    ...(existsSync(native)
      ? [{ name: 'turbo, native', program: native, args: turboArgs, env: turboEnv, state: turboState }]
      : []),
    node('wireit', 'wireit/bin/wireit.js', () => [], wireitEnv(), ['.wireit']),
    node(
      'nx',
      'nx/dist/bin/nx.js',
      nxArgs,
      {
        NX_DAEMON: 'false',
        NX_NO_CLOUD: 'true',
        NX_CACHE_DIRECTORY: '.nx/cache',
        NX_WORKSPACE_DATA_DIRECTORY: '.nx/data',
      },
      ['.nx'],
    ),
  ];
}

/** Without names, the task that every package has. */
function named(tasks: readonly string[]): readonly string[] {
  return tasks.length === 0 ? ['build'] : tasks;
}

/** What npm tells wireit of the script that it stands in. */
function wireitEnv(): CheckTool['env'] {
  return {
    npm_lifecycle_event: 'build:wireit',
    npm_package_json: 'package.json',
    npm_config_user_agent: 'npm/11.0.0',
    WIREIT_PARALLEL: String(TASKS_AT_ONCE),
    WIREIT_LOGGER: 'simple',
  };
}

/** What takes longer is ended: a tool that starts npm or itself for each task needs minutes for 200 of them. */
export const RUN_MS_MAX = 60_000;
/** So that all that a tool started can be ended with it. Node takes it here too, which its types do not say. */
const OWN_GROUP = { detached: true };

/**
 * Runs a tool to its end, and says how many milliseconds that took; null where it has not ended in time. Throws with what it
 * said where it fails.
 */
export function runTool(tool: CheckTool, root: string, tasks: readonly string[] = []): number | null {
  const began = performance.now();
  const { pid, status, signal, stdout, stderr } = spawnSync(tool.program, tool.args(tasks), {
    cwd: root,
    timeout: RUN_MS_MAX,
    killSignal: 'SIGKILL',
    ...OWN_GROUP,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    // wireit takes directories named node_modules out of the PATH, and with them the Node that runs this.
    env: {
      ...process.env,
      PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
      CI: '1',
      NO_COLOR: '1',
      ...tool.env,
      ...absolute(tool.env, root),
    },
  });
  const ms = performance.now() - began;
  if (signal !== null && ms >= RUN_MS_MAX) {
    endGroup(pid);
    return null;
  }
  if (status !== 0) throw new Error(`${tool.name} ended with exit code ${status}\n${stdout}\n${stderr}`);
  return ms;
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of it was left.
  }
}

function absolute(env: CheckTool['env'], root: string): Record<string, string> {
  return env['npm_package_json'] === undefined ? {} : { npm_package_json: join(root, 'package.json') };
}
