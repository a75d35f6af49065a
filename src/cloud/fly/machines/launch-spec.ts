import { join } from 'node:path';
import type { ContainerSpec } from '../../containers/container-spec.ts';
import type { MachineMount } from '../../machines/machine-mount.ts';
import type { ImageStore, OpenedImage } from '../../registry/image-store.ts';
import { machineCommand } from '../../machines/machine-command.ts';
import { machineEnv } from '../../machines/machine-env.ts';
import { containerLaunch } from './container-launch.ts';
import { metadataOf } from './machine-config.ts';
import { machineMounts } from './machine-mounts.ts';
import type { AppRecord, ImageRef, MachineRecord } from '../records.ts';
import type { Volumes } from '../volumes/volumes.ts';

/** What is needed to start a machine's process, but for its port, which is chosen at each start. */
export interface LaunchSpec {
  readonly command: readonly string[];
  readonly cwd: string;
  /** Its volume and files. */
  readonly mounts: readonly MachineMount[];
  /** Another command, looked up in the image as the machine's own is. */
  inImage(command: readonly string[]): readonly string[];
  envFor(port: number): Record<string, string>;
  /** For a machine that is a container; null for a process. */
  readonly container: Omit<ContainerSpec, 'port'> | null;
  /** Goes before each start; null where nothing has to be made ready. */
  readonly prepare: ((say: (line: string) => void) => Promise<void>) | null;
  /** Whether connections at the port are served; null: whoever accepts them serves them. */
  readonly isListening: ((port: number) => Promise<boolean>) | null;
}

/** Opens the image and puts command, directory and environment together. Throws when the image is gone. */
export async function launchSpec(options: {
  readonly machine: MachineRecord;
  readonly app: AppRecord;
  /** The names of all apps. */
  readonly apps: readonly string[];
  readonly images: ImageStore;
  readonly home: string;
  readonly volumes: Volumes;
  readonly privateAddress: (app: string) => string | null;
}): Promise<LaunchSpec> {
  const { machine, app, home, volumes, privateAddress } = options;
  const reference = pinnedReference(machine.imageRef);
  const image = await options.images.open(reference);
  if (image === null) throw new Error(`the image ${reference} is not in the registry any more`);
  const { config } = machine;
  const { rootDir, workDir } = image;
  const base = { rootDir, workDir, imageCommand: image.command };
  const command = machineCommand({
    ...base,
    exec: config.init?.exec ?? undefined,
    entrypoint: config.init?.entrypoint ?? undefined,
    cmd: config.init?.cmd ?? undefined,
  });
  const secrets = Object.fromEntries(
    Object.entries(machine.skipsSecrets === true ? {} : app.secrets).map(([name, secret]) => [
      name,
      secret.value,
    ]),
  );
  const envFor = (port: number): Record<string, string> =>
    machineEnv({
      app: machine.app,
      machineId: machine.id,
      region: machine.region,
      processGroup: metadataOf(config)['fly_process_group'] ?? 'app',
      imageRef: config.image,
      port,
      home,
      imageEnv: image.env,
      configEnv: config.env ?? {},
      secrets,
      privateAddress,
    });
  const { standIn } = image;
  if (standIn !== undefined)
    return standInLaunch({ machine, image: { ...image, standIn }, home, volumes, secrets, envFor });
  const mounts = machineMounts({ config, app, image, home, volumes });
  return {
    command,
    cwd: join(rootDir, workDir),
    mounts,
    container:
      image.isContainer === true
        ? containerLaunch({ machine, apps: options.apps, image, reference, mounts, secrets, privateAddress })
        : null,
    inImage: (other) => machineCommand({ ...base, exec: other }),
    envFor,
    prepare: null,
    isListening: null,
  };
}

/** A machine whose image the cloud stands in for: it knows where its volume is, and needs no mounts. */
function standInLaunch(options: {
  readonly machine: MachineRecord;
  readonly image: OpenedImage & Required<Pick<OpenedImage, 'standIn'>>;
  readonly home: string;
  readonly volumes: Volumes;
  readonly secrets: Readonly<Record<string, string>>;
  readonly envFor: (port: number) => Record<string, string>;
}): LaunchSpec {
  const { machine, image, home, volumes, secrets, envFor } = options;
  const { config } = machine;
  const [mount] = config.mounts ?? [];
  const launch = image.standIn.launch({
    args: config.init?.exec ?? [...(config.init?.entrypoint ?? []), ...(config.init?.cmd ?? [])],
    home,
    volume: mount === undefined ? null : { source: volumes.dataDir(mount.volume), path: mount.path },
    env: { ...image.env, ...config.env, ...secrets },
  });
  return {
    ...launch,
    mounts: [],
    container: null,
    envFor: (port) => ({ ...envFor(port), ...launch.envFor(port) }),
    inImage: (command) => launch.inImage(command),
    prepare: (say) => launch.prepare(say),
    isListening: (port) => launch.isListening(port),
  };
}

/** The reference by digest: what a tag points to may have changed since. */
function pinnedReference(ref: ImageRef): string {
  return `${ref.registry === '' ? '' : `${ref.registry}/`}${ref.repository}@${ref.digest}`;
}
