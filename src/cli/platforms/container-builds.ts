import { spawn } from 'node:child_process';
import type { CloudInfo } from '../../cloud/control/cloud-info.ts';
import { machinesMode } from '../../cloud/containers/machines-mode.ts';
import type { ResolvedFlyApp, ResolvedProject } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { ContainerBuilds } from '../../providers/build/container-image.ts';
import { systemClock } from '../../util/clock.ts';
import { wantsProcessImages } from './process-images.ts';
import type { SecretVault } from './secret-vault.ts';

/** What decides how the images of a project are built. */
export interface ContainerBuildsOptions {
  /** The local cloud that is deployed to; null for the real platforms. */
  readonly cloud: Pick<CloudInfo, 'machines'> | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly project: Pick<ResolvedProject, 'repository'>;
  readonly vault: Pick<SecretVault, 'read'>;
}

/**
 * How each app is built. For a local cloud that runs processes: without an engine. For one that runs containers, and for
 * the real platforms, which take nothing else: with one, and `ENGINE_MISSING` where it was asked for and is not there.
 */
export function containerBuildsFor(
  options: ContainerBuildsOptions,
): (app: ResolvedFlyApp) => Promise<ContainerBuilds | null> {
  const { cloud } = options;
  const isOfProcesses = cloud === null ? wantsProcessImages(options.env) : cloud.machines.mode === 'process';
  if (isOfProcesses) return () => Promise.resolve(null);
  const asked = cloud?.machines.asked ?? 'container';
  let opening: Promise<ContainerBuilds | null> | null = null;
  return async () => {
    opening ??= openContainerBuilds(options);
    const builds = await opening;
    // Every stack has a Dockerfile that can be written for it.
    const mode = machinesMode({ asked, hasEngine: builds !== null, hasDockerfile: true });
    if (mode === null)
      throw new ToolError('ENGINE_MISSING', 'No docker command with BuildKit was found.', {
        hint: 'Install Docker with its buildx plugin, and make sure `docker version` shows a server.',
      });
    return mode === 'container' ? builds : null;
  };
}

async function openContainerBuilds(options: ContainerBuildsOptions): Promise<ContainerBuilds | null> {
  const { env, project, vault } = options;
  const [{ findDockerCommand }, { dockerfileFor }] = await Promise.all([
    import('../../providers/build/docker-command.ts'),
    import('../../emit/dockerfile/dockerfile-for.ts'),
  ]);
  const docker = await findDockerCommand({ env, spawn, clock: systemClock });
  if (docker === null) return null;
  const sourceUrl = project.repository === null ? null : `https://github.com/${project.repository}`;
  return { docker, dockerfileFor, secret: (name) => vault.read(name), sourceUrl };
}
