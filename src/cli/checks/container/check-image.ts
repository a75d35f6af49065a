import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckExecution } from '../../../checks/execute-check.ts';
import { CHECK_IMAGES, pruneCheckImages } from '../../../cloud/check-containers/check-images.ts';
import type { EngineClient } from '../../../cloud/containers/engine-client.ts';
import { EngineError } from '../../../cloud/containers/engine-client.ts';
import type { ResolvedCheckContainer } from '../../../config/resolved-ci.ts';
import { ToolError } from '../../../diagnostics/tool-error.ts';
import { findDockerCommand } from '../../../providers/build/docker-command.ts';
import { systemClock } from '../../../util/clock.ts';
import { runProcess } from '../../../util/run-process.ts';
import { gitFiles } from './git-files.ts';
import { imageInputsDigest } from './image-inputs.ts';

/** The image in which checks run. */
export interface CheckImage {
  /** `sha256:…`: of the image as it is named, or of what it is built from. Throws where neither can be told. */
  digest(): Promise<string>;
  /** Sees to it that the engine has it, and tells what its build prints; returns its name there. */
  ensure(client: EngineClient, build: Pick<CheckExecution, 'signal' | 'onLine'>): Promise<string>;
}

/** What an image is made with. */
export interface CheckImageOptions {
  /** The directory of the config file. */
  readonly root: string;
  readonly container: ResolvedCheckContainer;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The engine, for what only it knows. */
  readonly client: () => Promise<EngineClient>;
}

/** Of the digest in the tag: enough for one machine, and readable in a list of images. */
const TAG_LENGTH = 24;
const LINES_SHOWN = 20;

/**
 * The image that the config names, or the one of its Dockerfile: built by BuildKit when what it is built from has changed,
 * and kept by the engine under the digest of that.
 */
export function checkImage(options: CheckImageOptions): CheckImage {
  const { container } = options;
  return container.image === null ? builtImage(options) : namedImage(container.image, options);
}

function builtImage(options: CheckImageOptions): CheckImage {
  const { root, container } = options;
  const dockerfile = container.dockerfile ?? 'Dockerfile';
  const recipe = { context: root, dockerfile, target: container.target };
  let digesting: Promise<string> | null = null;
  const digest = (): Promise<string> => (digesting ??= digestOf());
  const digestOf = async (): Promise<string> => {
    if (!existsSync(join(root, dockerfile)))
      throw new ToolError(
        'BUILD_FAILED',
        `The checks need an image, but there is no ${dockerfile} to build it from.`,
        {
          hint: 'Write it, or name another one: ci: { container: { dockerfile: … } }',
        },
      );
    return `sha256:${await imageInputsDigest(recipe, gitFiles)}`;
  };
  return {
    digest,
    async ensure(client, { signal, onLine }) {
      const name = `${CHECK_IMAGES}:${(await digest()).slice('sha256:'.length, 'sha256:'.length + TAG_LENGTH)}`;
      if (await hasImage(client, name)) return name;
      await build(options, { ...recipe, name }, { signal, onLine });
      await pruneCheckImages(client, name);
      return name;
    },
  };
}

function namedImage(image: string, { client }: CheckImageOptions): CheckImage {
  const [, pinned] = /@(sha256:[0-9a-f]{64})$/.exec(image) ?? [];
  return {
    async digest() {
      if (pinned !== undefined) return pinned;
      const engine = await client();
      await pull(engine, image, new AbortController().signal);
      const found = (await engine.json({ method: 'GET', path: `/images/${image}/json` })) as {
        readonly Id: string;
        readonly RepoDigests?: readonly string[] | null;
      };
      // The digest of the registry is the same on every machine; one that was never there has only the engine's.
      return found.RepoDigests?.[0]?.split('@')[1] ?? found.Id;
    },
    async ensure(engine, { signal }) {
      await pull(engine, image, signal);
      return image;
    },
  };
}

async function hasImage(client: EngineClient, name: string): Promise<boolean> {
  return (await client.jsonOrNull({ method: 'GET', path: `/images/${name}/json` })) !== null;
}

async function build(
  { env, root }: CheckImageOptions,
  image: { readonly name: string; readonly dockerfile: string; readonly target: string | null },
  { signal, onLine }: Pick<CheckExecution, 'signal' | 'onLine'>,
): Promise<void> {
  const docker = await findDockerCommand({ env, spawn, clock: systemClock });
  if (docker === null)
    throw new ToolError('ENGINE_MISSING', 'No docker command with BuildKit was found.', {
      hint: 'Install Docker with its buildx plugin, and make sure `docker version` shows a server.',
    });
  const target = image.target === null ? [] : [`--target=${image.target}`];
  const load = docker.hasBuildx ? ['--load'] : [];
  const named = [`--file=${join(root, image.dockerfile)}`, ...target, `--tag=${image.name}`];
  const args = ['build', '--progress=plain', ...load, ...named, root];
  const lines: string[] = [];
  onLine(`$ docker ${args.join(' ')}`);
  const { exitCode } = await runProcess(spawn, systemClock, {
    program: docker.program,
    args,
    cwd: root,
    env: { PATH: env['PATH'] ?? '', HOME: env['HOME'] ?? '/', ...docker.env },
    signal,
    onLine(line) {
      lines.push(line);
      if (lines.length > LINES_SHOWN) lines.shift();
      onLine(line);
    },
  });
  if (exitCode === 0) return;
  throw new ToolError(
    'BUILD_FAILED',
    `The image of the checks could not be built from ${image.dockerfile}.`,
    {
      hint: `Run it yourself: cd ${root} && docker ${args.join(' ')}`,
      output: lines,
    },
  );
}

/** Fetches an image that the engine does not have, as `docker run` would; with the engine's own logins there are none. */
async function pull(client: EngineClient, image: string, signal: AbortSignal): Promise<void> {
  if (await hasImage(client, image)) return;
  const query = { fromImage: image, ...(/[:@][^/]+$/.test(image) ? {} : { tag: 'latest' }) };
  try {
    const answer = await client.stream({ method: 'POST', path: '/images/create', query, signal });
    for await (const _chunk of answer);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof EngineError)) throw error;
  }
  if (await hasImage(client, image)) return;
  throw new ToolError('CHECK_CONTAINER_FAILED', `The container engine cannot pull the image ${image}.`, {
    hint: `Try it by hand: docker pull ${image}`,
  });
}
