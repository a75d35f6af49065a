import { containerEnv } from '../../containers/container-env.ts';
import type { ContainerSpec } from '../../containers/container-spec.ts';
import type { MachineMount } from '../../machines/machine-mount.ts';
import type { OpenedImage } from '../../registry/image-store.ts';
import { metadataOf, servicesOf } from './machine-config.ts';
import type { MachineConfig } from './machine-config.ts';
import type { MachineRecord } from '../records.ts';

/** What is needed to start a machine as a container, but for its port on this computer. */
export function containerLaunch(options: {
  readonly machine: MachineRecord;
  /** The names of all apps. */
  readonly apps: readonly string[];
  readonly image: OpenedImage;
  readonly reference: string;
  readonly mounts: readonly MachineMount[];
  readonly secrets: Readonly<Record<string, string>>;
  readonly privateAddress: (app: string) => string | null;
}): Omit<ContainerSpec, 'port'> {
  const { machine, apps, image, reference, mounts, secrets, privateAddress } = options;
  const { config } = machine;
  const internalPort = internalPortOf(config);
  const publicPorts = apps.flatMap((app) => portIn(privateAddress(app)));
  return {
    app: machine.app,
    digest: image.digest,
    repository: image.repository,
    reference,
    ...commandOf(config),
    env: containerEnv({
      app: machine.app,
      machineId: machine.id,
      region: machine.region,
      processGroup: metadataOf(config)['fly_process_group'] ?? 'app',
      imageRef: config.image,
      internalPort,
      imageEnv: image.env,
      configEnv: config.env ?? {},
      secrets,
      privateAddress,
      publicPorts: new Set(publicPorts),
    }),
    internalPort,
    memoryMb: machine.memoryLimitMb ?? config.guest?.memory_mb ?? MEMORY_MB_DEFAULT,
    cpus: config.guest?.cpus ?? 1,
    cpuKind: config.guest?.cpu_kind === 'performance' ? 'performance' : 'shared',
    mounts,
  };
}

/** The smallest machine there is. */
const MEMORY_MB_DEFAULT = 256;

/** `init.exec` replaces everything, `init.entrypoint` and `init.cmd` each their own of the image (Machines API, `fly.MachineInit`). */
function commandOf({ init }: MachineConfig): Pick<ContainerSpec, 'entrypoint' | 'cmd'> {
  const exec = given(init?.exec);
  if (exec !== null) return { entrypoint: exec, cmd: [] };
  return { entrypoint: given(init?.entrypoint), cmd: given(init?.cmd) };
}

function given(words: readonly string[] | null | undefined): readonly string[] | null {
  return words === undefined || words === null || words.length === 0 ? null : words;
}

/** The port that traffic and checks go to. One is enough: every service of a machine is reached through it. */
function internalPortOf(config: MachineConfig): number | null {
  const [service] = servicesOf(config);
  if (service !== undefined) return service.internal_port;
  return Object.values(config.checks ?? {}).find(({ port }) => port !== undefined)?.port ?? null;
}

function portIn(address: string | null): number[] {
  const port = /:(\d+)\/?$/.exec(address ?? '')?.[1];
  return port === undefined ? [] : [Number(port)];
}
