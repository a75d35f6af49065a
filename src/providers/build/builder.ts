import { spawn as nodeSpawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackedImage } from '../app-platform.ts';
import type { ResolvedFlyApp } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Clock } from '../../util/clock.ts';
import type { GitSource } from '../git/git-source.ts';
import type { Spawn } from '../git/run-git.ts';
import { withFileLock } from './file-lock.ts';
import { linkDependencies } from './link-dependencies.ts';
import { runBuildCommand } from './run-build-command.ts';
import { startCommand } from './start-command.ts';
import { packLayer, type TarLayer } from './tar-layer.ts';

/** What is asked of the builder. */
interface BuildRequest {
  readonly app: ResolvedFlyApp;
  /** Full sha. */
  readonly commit: string;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Turns commits into images without containers (process mode). The same commit gives the same bytes. */
export interface ProcessBuilder {
  /** Throws BUILD_FAILED with the last lines of the command that failed. */
  build(request: BuildRequest): Promise<PackedImage>;
  /** A directory with the files of a commit, exported once, for commands to run in. */
  checkout(commit: string): Promise<string>;
}

/** What the builder needs of the outside. */
export interface BuilderOptions {
  readonly source: Pick<GitSource, 'exportTree'>;
  /** The working copy, whose installed dependencies are lent to builds. */
  readonly root: string;
  /** Holds a directory per commit. */
  readonly workDir: string;
  readonly clock: Clock;
  readonly spawn?: Spawn;
}

/**
 * Makes a builder over a work directory: `<commit>/src` is the export, `<commit>/build-<hash>` a copy of it in which
 * one list of commands was run, `layer-<hash>.tgz` a packed layer. Each has a `.done` file when it is complete; what
 * has none is made anew. Any number of apps, calls and processes may ask at once: each thing is made once.
 */
export function createBuilder(options: BuilderOptions): ProcessBuilder {
  const inFlight = new Map<string, Promise<unknown>>();
  const once: Once = (target, signal, make) => {
    const existing = inFlight.get(target) as ReturnType<typeof make> | undefined;
    if (existing !== undefined) return existing;
    const making = makeOnce(options.clock, target, signal, make).finally(() => inFlight.delete(target));
    inFlight.set(target, making);
    return making;
  };
  const context: BuildContext = { options, once, spawn: options.spawn ?? nodeSpawn };
  return {
    checkout: async (commit) => checkout(context, commit),
    async build(request) {
      const directory = await builtDirectory(context, request);
      const layer = await packedLayer(context, request, directory);
      return {
        layerFile: layer.file,
        layerDigest: layer.digest,
        diffId: layer.diffId,
        sizeBytes: layer.sizeBytes,
        command: await startCommand(request.app, directory),
        env: { NODE_ENV: 'production' },
        labels: {
          'org.opencontainers.image.revision': request.commit,
          'org.opencontainers.image.title': request.app.name,
        },
      };
    },
  };
}

/** Makes the thing at `target` unless it is there; the text is kept in its `.done` file and returned. */
type Once = (target: string, signal: AbortSignal | undefined, make: () => Promise<string>) => Promise<string>;

interface BuildContext {
  readonly options: BuilderOptions;
  readonly once: Once;
  readonly spawn: Spawn;
}

async function makeOnce(
  clock: Clock,
  target: string,
  signal: AbortSignal | undefined,
  make: () => Promise<string>,
): Promise<string> {
  const done = `${target}.done`;
  const options = { clock, ...(signal === undefined ? {} : { signal }) };
  if (existsSync(done)) return readFile(done, 'utf8');
  return withFileLock(`${target}.lock`, options, async () => {
    if (existsSync(done)) return readFile(done, 'utf8');
    // What lies there without a `.done` was left by a process that died.
    await rm(target, { recursive: true, force: true });
    const result = await make();
    await writeFile(done, result);
    return result;
  });
}

async function checkout(context: BuildContext, commit: string): Promise<string> {
  return exported(context, commit, join(context.options.workDir, commit, 'src'), undefined);
}

async function exported(
  context: BuildContext,
  commit: string,
  directory: string,
  afterwards?: { signal: AbortSignal; run(): Promise<void> },
): Promise<string> {
  await context.once(directory, afterwards?.signal, async () => {
    await context.options.source.exportTree(commit, directory);
    await linkDependencies(context.options.root, directory);
    await afterwards?.run();
    return commit;
  });
  return directory;
}

/** The directory in which the app's build commands have been run; apps with the same commands share it. */
async function builtDirectory(context: BuildContext, request: BuildRequest): Promise<string> {
  const { app, commit, signal } = request;
  const commands = app.stack.build;
  if (commands.length === 0) return checkout(context, commit);
  const directory = join(context.options.workDir, commit, `build-${hashOf(commands)}`);
  return exported(context, commit, directory, {
    signal,
    async run() {
      for (const command of commands) {
        request.log(`$ ${command}`);
        const build = { command, cwd: directory, app: app.name, signal, log: request.log };
        await runBuildCommand(context.spawn, context.options.clock, build);
      }
    },
  });
}

async function packedLayer(
  context: BuildContext,
  request: BuildRequest,
  directory: string,
): Promise<TarLayer> {
  const { app, commit, signal } = request;
  const include = presentPaths(request, directory);
  const name = `layer-${hashOf([...app.stack.build, '\0', ...include])}.tgz`;
  const file = join(context.options.workDir, commit, name);
  const text = await context.once(file, signal, async () =>
    JSON.stringify(await packLayer(directory, include, file)),
  );
  return { ...(JSON.parse(text) as TarLayer), file };
}

/** The first path is what the build is for and must be there; the others (`public`, say) not every app has. */
function presentPaths({ app, log }: BuildRequest, directory: string): readonly string[] {
  const present = app.stack.include.filter((path) => existsSync(join(directory, path)));
  const [first] = app.stack.include;
  if (first === undefined || !present.includes(first)) {
    throw new ToolError(
      'BUILD_FAILED',
      `The build of ${app.name} left no ${first ?? 'files'} to make an image of.`,
      {
        hint: `Check stack.build and stack.include of apps.${app.name} in glidepath.config.ts.`,
      },
    );
  }
  for (const path of app.stack.include) {
    if (!present.includes(path)) log(`${path} is not there and is left out of the image`);
  }
  return present;
}

function hashOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);
}
