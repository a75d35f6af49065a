import { spawn as nodeSpawn } from 'node:child_process';
import type { ResolvedFlyApp } from '../../config/resolved.ts';
import type { Clock } from '../../util/clock.ts';
import type { Spawn } from '../../util/run-process.ts';
import type { BuiltImage } from '../app-platform.ts';
import type { GitSource } from '../git/git-source.ts';
import { checkout, type BuildContext, type BuildRequest } from './build-context.ts';
import { buildContainerImage, type ContainerBuilds } from './container-image.ts';
import { createOnce } from './make-once.ts';
import { buildProcessImage } from './process-image.ts';

/** Turns commits into images on disk, each built once. */
export interface ImageBuilder {
  /** Throws BUILD_FAILED with the last lines of the command that failed. */
  build(request: BuildRequest): Promise<BuiltImage>;
  /** A directory with the files of a commit, exported once, for commands to run in. */
  checkout(commit: string): Promise<string>;
}

/** What the builder needs of the outside. */
export interface BuilderOptions {
  readonly source: Pick<GitSource, 'exportTree' | 'commit'>;
  /** The working copy, whose installed dependencies are lent to builds in process mode. */
  readonly root: string;
  /** Holds a directory per commit. */
  readonly workDir: string;
  readonly clock: Clock;
  /** How an app's Dockerfile is built; null where the app is built in process mode. Left out: always process mode. */
  readonly containersFor?: (app: ResolvedFlyApp) => Promise<ContainerBuilds | null>;
  readonly spawn?: Spawn;
}

/**
 * Makes a builder over a work directory, `<commit>/…`: `src` is the export with dependencies, `context` the export
 * alone, `build-<hash>` a copy in which one list of commands was run, `layer-<hash>.tgz` a packed layer, and
 * `process-<hash>` and `container-<hash>` are images as OCI layouts; `layers` holds packed layers by content. Each has a `.done` file when it is complete. Any
 * number of apps, calls and processes may ask at once: each thing is made once, and what was made is promoted as it is.
 */
export function createBuilder(options: BuilderOptions): ImageBuilder {
  const { containersFor } = options;
  const context: BuildContext = {
    ...options,
    spawn: options.spawn ?? nodeSpawn,
    once: createOnce(options.clock),
  };
  return {
    checkout: async (commit) => checkout(context, commit),
    async build(request) {
      const containers = (await containersFor?.(request.app)) ?? null;
      return containers === null
        ? buildProcessImage(context, request)
        : buildContainerImage(context, request, containers);
    },
  };
}
