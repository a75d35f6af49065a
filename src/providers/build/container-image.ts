import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { extract } from 'tar';
import type { ResolvedFlyApp } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { BuiltImage } from '../app-platform.ts';
import { cleanExport, hashOf, type BuildContext, type BuildRequest } from './build-context.ts';
import { buildkitArguments } from './buildkit-arguments.ts';
import type { DockerCommand } from './docker-command.ts';
import { layoutFromDockerArchive } from './docker-archive.ts';
import type { WrittenLayout } from './oci-layout.ts';
import { runBuildCommand } from './run-build-command.ts';

/** What building Dockerfiles takes. */
export interface ContainerBuilds {
  readonly docker: DockerCommand;
  /** The Dockerfile of an app that brings none, and what its build must not see. */
  dockerfileFor(app: ResolvedFlyApp): { readonly dockerfile: string; readonly dockerignore: string };
  /** The value of a build secret; undefined when it is not set. */
  secret(name: string): string | undefined;
  /** Where the source is published, for the image's labels; null when it is not known. */
  readonly sourceUrl: string | null;
  /** To show that a second build gives the same: nothing that the engine remembers is used. */
  readonly isFresh?: boolean;
}

/**
 * Builds the app's Dockerfile with BuildKit from a clean export of the commit and keeps the image as an OCI layout.
 * What was built once from the same commit, Dockerfile and arguments is used again, by whatever run. Secrets reach the
 * build through the environment of one process and nothing else; their values do not decide what is built anew.
 */
export async function buildContainerImage(
  context: BuildContext,
  request: BuildRequest,
  builds: ContainerBuilds,
): Promise<BuiltImage> {
  const { app, commit } = request;
  const contextDir = await cleanExport(context, commit);
  const source = await dockerfileOf(contextDir, app, builds);
  const { target, args } = app.build;
  const inputs = [app.name, source.dockerfile, source.dockerignore ?? '', target ?? '', JSON.stringify(args)];
  const layoutDir = join(context.workDir, commit, `container-${hashOf(inputs)}`);
  const written = await context.once(layoutDir, request.signal, async () => {
    await mkdir(join(context.workDir, commit), { recursive: true });
    const scratch = await mkdtemp(join(context.workDir, commit, 'building-'));
    try {
      const build = { context, request, builds, contextDir, source, scratch };
      return JSON.stringify(await builtLayout(build, layoutDir));
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  });
  return { ...(JSON.parse(written) as WrittenLayout), layoutDir, mode: 'container' };
}

/** The text of a Dockerfile, and of its `.dockerignore` where the export has none of its own to go by. */
interface DockerfileSource {
  /** In the export; null for one that was generated. */
  readonly path: string | null;
  readonly dockerfile: string;
  readonly dockerignore: string | null;
}

async function dockerfileOf(
  contextDir: string,
  app: ResolvedFlyApp,
  builds: ContainerBuilds,
): Promise<DockerfileSource> {
  if (app.dockerfile === null) return { path: null, ...builds.dockerfileFor(app) };
  const path = join(contextDir, app.dockerfile);
  if (existsSync(path)) return { path, dockerfile: await readFile(path, 'utf8'), dockerignore: null };
  throw new ToolError(
    'BUILD_FAILED',
    `There is no ${app.dockerfile} in the commit to build ${app.name} with.`,
    {
      hint: `Commit it, or remove apps.${app.name}.dockerfile to have one written.`,
    },
  );
}

interface ContainerBuild {
  readonly context: BuildContext;
  readonly request: BuildRequest;
  readonly builds: ContainerBuilds;
  readonly contextDir: string;
  readonly source: DockerfileSource;
  readonly scratch: string;
}

async function builtLayout(build: ContainerBuild, layoutDir: string): Promise<WrittenLayout> {
  const { context, request, builds, contextDir, source, scratch } = build;
  const dockerfile = source.path ?? (await writeDockerfile(scratch, source));
  const { at: commitTime } = await context.source.commit(request.commit);
  const idFile = join(scratch, 'image-id');
  const buildkit = buildkitArguments({
    app: request.app,
    dockerfile,
    contextDir,
    idFile,
    commit: request.commit,
    commitTime,
    sourceUrl: builds.sourceUrl,
    hasBuildx: builds.docker.hasBuildx,
    isFresh: builds.isFresh === true,
  });
  await docker(build, buildkit, secretValues(request.app, builds));
  const id = (await readFile(idFile, 'utf8')).trim();
  try {
    const archive = join(scratch, 'image.tar');
    await docker(build, ['save', '--output', archive, id]);
    const unpacked = join(scratch, 'image');
    await mkdir(unpacked);
    await extract({ file: archive, cwd: unpacked });
    await rm(archive);
    return await layoutFromDockerArchive(unpacked, layoutDir, {
      createdAt: commitTime,
      layersDir: join(context.workDir, 'layers'),
    });
  } finally {
    // The engine's own copy has served its purpose; its build cache stays. Somebody else's tag on it keeps it, too.
    await docker(build, ['image', 'rm', id]).catch(() => undefined);
  }
}

/** BuildKit reads `<file>.dockerignore` beside a Dockerfile before the context's own. */
async function writeDockerfile(scratch: string, source: DockerfileSource): Promise<string> {
  const file = join(scratch, 'Dockerfile');
  await writeFile(file, source.dockerfile);
  await writeFile(`${file}.dockerignore`, source.dockerignore ?? '');
  return file;
}

async function docker(
  build: ContainerBuild,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { context, request, builds, contextDir } = build;
  const isBuild = args[0] === 'build';
  if (isBuild) request.log(`$ docker ${args.join(' ')}`);
  await runBuildCommand(context.spawn, context.clock, {
    program: builds.docker.program,
    args,
    shown: `docker ${args.join(' ')}`,
    cwd: contextDir,
    app: request.app.name,
    env: { ...builds.docker.env, ...env },
    signal: request.signal,
    log: isBuild ? request.log : () => undefined,
  });
}

/** Build secrets as variables of the docker command, named as {@link buildkitArguments} refers to them. */
function secretValues(app: ResolvedFlyApp, builds: ContainerBuilds): Record<string, string> {
  const values = app.build.secrets.map((name): [string, string] => {
    const value = builds.secret(name);
    if (value !== undefined && value !== '') return [`GLIDEPATH_BUILD_SECRET_${name}`, value];
    throw new ToolError('SECRET_MISSING', `The build secret ${name} of ${app.name} is not set.`, {
      hint: `export ${name}=…`,
    });
  });
  return Object.fromEntries(values);
}
