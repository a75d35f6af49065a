import type { ContainerSpec } from './container-spec.ts';

/** Whose container it is: the cloud's state directory. */
export const CLOUD_LABEL = 'dev.glidepath.cloud';
/** Which machine of it. */
export const MACHINE_LABEL = 'dev.glidepath.machine';
const APP_LABEL = 'dev.glidepath.app';

/** The name under which a container finds this computer. */
export const HOST_NAME = 'host.docker.internal';

const MEGABYTE = 1024 * 1024;
const NANO = 1e9;
/** Weight of one core; the engine's own default. */
const CPU_SHARES = 1024;
/** Fly's shared cores are sixteenths, with bursts: weighted so, and still allowed a whole core. */
const SHARED_PART = 16;
/** What the engine keeps of a container's output until we have read it. */
const LOG_BYTES = '16m';

/** Where a container is made. */
export interface ContainerPlace {
  readonly machineId: string;
  /** The state directory of the cloud. */
  readonly cloud: string;
  readonly image: string;
  readonly network: string;
  /** The address of this computer on that network; null where the engine itself makes the name known. */
  readonly hostAddress: string | null;
  /** Cores that the engine has; it refuses to promise more. */
  readonly engineCpus: number;
}

/**
 * What the engine is asked to make of a machine. The port is published on 127.0.0.1 alone. Restarts are the cloud's
 * business and not the engine's, and no memory is swapped: a machine that takes too much is killed, as on Fly.
 */
export function containerBody(spec: ContainerSpec, place: ContainerPlace): object {
  const memory = spec.memoryMb * MEGABYTE;
  const published = spec.internalPort === null ? null : `${spec.internalPort}/tcp`;
  const cpus = Math.min(spec.cpus, place.engineCpus);
  return {
    Image: place.image,
    Hostname: place.machineId,
    Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    ...(spec.entrypoint === null ? {} : { Entrypoint: spec.entrypoint }),
    ...(spec.cmd === null ? {} : { Cmd: spec.cmd }),
    Labels: { [CLOUD_LABEL]: place.cloud, [MACHINE_LABEL]: place.machineId, [APP_LABEL]: spec.app },
    ...(published === null ? {} : { ExposedPorts: { [published]: {} } }),
    HostConfig: {
      NetworkMode: place.network,
      ...(published === null
        ? {}
        : { PortBindings: { [published]: [{ HostIp: '127.0.0.1', HostPort: String(spec.port) }] } }),
      ExtraHosts: [`${HOST_NAME}:${place.hostAddress ?? 'host-gateway'}`],
      Memory: memory,
      MemorySwap: memory,
      NanoCpus: cpus * NANO,
      CpuShares: spec.cpuKind === 'shared' ? (cpus * CPU_SHARES) / SHARED_PART : cpus * CPU_SHARES,
      RestartPolicy: { Name: 'no' },
      // Fly's machines have an init, too: it reaps what is orphaned and passes signals on.
      Init: true,
      LogConfig: { Type: 'json-file', Config: { 'max-size': LOG_BYTES, 'max-file': '2' } },
      Mounts: spec.mounts.map(({ source, path }) => ({ Type: 'bind', Source: source, Target: path })),
    },
  };
}
