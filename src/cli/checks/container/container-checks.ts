import type { CheckExecution, ExecuteCheck } from '../../../checks/execute-check.ts';
import { removeLeftCheckContainers } from '../../../cloud/check-containers/left-check-containers.ts';
import type { EngineClient } from '../../../cloud/containers/engine-client.ts';
import { findEngine } from '../../../cloud/containers/find-engine.ts';
import type { ResolvedCheckContainer } from '../../../config/resolved-ci.ts';
import { ToolError } from '../../../diagnostics/tool-error.ts';
import { checkImage } from './check-image.ts';
import { executeInContainer } from './execute-in-container.ts';
import { noImage } from './in-containers.ts';
import { removeLeftLayers } from './layer-directory.ts';
import { ownCommandInside } from './own-command-inside.ts';

/** Where checks run that run in containers. */
export interface ContainerChecks {
  /**
   * `container sha256:…`, for keys. Of an image that is built here without asking an engine, so that a run in which nothing
   * changed needs none.
   */
  readonly place: () => Promise<string>;
  /** Throws ENGINE_MISSING, BUILD_FAILED and CHECK_CONTAINER_FAILED: nothing runs on the host instead. */
  readonly execute: ExecuteCheck;
}

/** What checks in containers need of the outside. */
export interface ContainerChecksOptions {
  /** The directory of the config file. */
  readonly root: string;
  /** `ci.container` of the config; null where it says nothing. */
  readonly container: ResolvedCheckContainer | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The file that this process runs: what checks call `glidepath`. Null: they have none. */
  readonly command: string | null;
  readonly redact: (text: string) => string;
  /** Whether the engine sees the same files as we do and can lay a layer over them. Default: on Linux. */
  readonly isLayered?: boolean;
}

/** Opens nothing before it is asked to; the image is built once, whoever asks first. */
export function containerChecks(options: ContainerChecksOptions): ContainerChecks {
  const { root, container, env } = options;
  const client = once(() => openEngine(env));
  const image = once(() => {
    if (container === null) throw noImage();
    return Promise.resolve(checkImage({ root, container, env, client }));
  });
  const command = once(async () =>
    options.command === null ? null : ownCommandInside(root, options.command),
  );
  let ensuring: Promise<string> | null = null;
  const ensure = async ({ signal, onLine }: CheckExecution): Promise<string> => {
    const [engine, wanted] = [await client(), await image()];
    return wanted.ensure(engine, { signal, onLine });
  };
  return {
    place: async () => `container ${await (await image()).digest()}`,
    async execute(execution) {
      ensuring ??= ensure(execution).catch((error: unknown) => {
        ensuring = null;
        throw error;
      });
      const [name, own] = [await ensuring, await command()];
      const isLayered = options.isLayered ?? process.platform === 'linux';
      return executeInContainer(
        { ...options, client: await client(), image: name, own, isLayered },
        execution,
      );
    },
  };
}

async function openEngine(env: ContainerChecksOptions['env']): Promise<EngineClient> {
  const engine = await findEngine(env);
  if (engine === null)
    throw new ToolError(
      'ENGINE_MISSING',
      'Checks should run in containers, but no container engine is running.',
      {
        hint: "Start Docker and make sure `docker version` shows a server, or run the checks with where: 'host'.",
      },
    );
  await removeLeftCheckContainers(engine.client);
  await removeLeftLayers();
  return engine.client;
}

/** Asks once; a failure is not kept. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asking: Promise<T> | null = null;
  return () => {
    asking ??= ask().catch((error: unknown) => {
      asking = null;
      throw error;
    });
    return asking;
  };
}
