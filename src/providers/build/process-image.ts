import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { BuiltImage } from '../app-platform.ts';
import { buildCommands } from './build-commands.ts';
import { checkout, exportedInto, hashOf, type BuildContext, type BuildRequest } from './build-context.ts';
import { writeLayout, type WrittenLayout } from './oci-layout.ts';
import { runBuildCommand } from './run-build-command.ts';
import { startCommand } from './start-command.ts';
import { packLayer, type TarLayer } from './tar-layer.ts';

/**
 * Builds without an engine: runs the build commands of the app's stack in an export of the commit, and packs what
 * `include` names. The same commit gives the same bytes.
 */
export async function buildProcessImage(context: BuildContext, request: BuildRequest): Promise<BuiltImage> {
  const { app, commit } = request;
  const directory = await builtDirectory(context, request);
  const layer = await packedLayer(context, request, directory);
  const config = processImageConfig({
    layer,
    command: await startCommand(app, directory),
    env: { NODE_ENV: 'production' },
    labels: {
      'org.opencontainers.image.revision': commit,
      'org.opencontainers.image.title': app.name,
    },
  });
  const layoutDir = join(context.workDir, commit, `process-${hashOf([JSON.stringify(config)])}`);
  const written = await context.once(layoutDir, request.signal, async () =>
    JSON.stringify(await writeLayout(layoutDir, { config, layers: [layer] })),
  );
  return { ...(JSON.parse(written) as WrittenLayout), layoutDir, mode: 'process' };
}

/**
 * The config document of an image in process mode: one layer, its files below `/app`. Holds no time and no history, so
 * that the same files have the same digest; that is also how such an image is told from a container's.
 */
export function processImageConfig(image: {
  readonly layer: TarLayer;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}): object {
  const env = Object.entries(image.env).map(([name, value]) => `${name}=${value}`);
  return {
    architecture: 'amd64',
    os: 'linux',
    config: { Cmd: image.command, Env: env.sort(), WorkingDir: '/app', Labels: sorted(image.labels) },
    rootfs: { type: 'layers', diff_ids: [image.layer.diffId] },
  };
}

function sorted(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The directory in which the app's build commands have been run; apps with the same commands share it. */
async function builtDirectory(context: BuildContext, request: BuildRequest): Promise<string> {
  const { app, commit, signal } = request;
  const commands = buildCommands(app);
  if (commands.length === 0) return checkout(context, commit);
  const directory = join(context.workDir, commit, `build-${hashOf(commands)}`);
  const { at } = await context.source.commit(commit);
  // What tools write for the time of the build, where they know of the convention.
  const env = { SOURCE_DATE_EPOCH: String(Math.floor(at / 1000)) };
  return exportedInto(context, commit, directory, {
    signal,
    async run() {
      for (const command of commands) {
        request.log(`$ ${command}`);
        await runBuildCommand(context.spawn, context.clock, {
          program: '/bin/sh',
          // What may be read and run does not depend on the mask of whoever builds.
          args: ['-c', `umask 022\n${command}`],
          shown: command,
          cwd: directory,
          app: app.name,
          env,
          signal,
          log: request.log,
        });
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
  const name = `layer-${hashOf([...buildCommands(app), '\0', ...include])}.tgz`;
  const file = join(context.workDir, commit, name);
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
        hint:
          first === '.next/standalone'
            ? "Set output: 'standalone' in next.config: then the build of Next.js makes a server."
            : `Check stack.build and stack.include of apps.${app.name} in glidepath.config.ts.`,
      },
    );
  }
  for (const path of app.stack.include) {
    if (!present.includes(path)) log(`${path} is not there and is left out of the image`);
  }
  return present;
}
