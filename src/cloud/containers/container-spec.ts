import type { MachineMount } from '../machines/machine-mount.ts';

/** Everything one start of a machine as a container needs. */
export interface ContainerSpec {
  readonly app: string;
  /** `sha256:…` of the image's manifest. */
  readonly digest: string;
  readonly repository: string;
  /** `host/repository@sha256:…`, as the registry knows it. */
  readonly reference: string;
  /** Replaces the image's entrypoint; null: as the image says. */
  readonly entrypoint: readonly string[] | null;
  /** Replaces the image's command; null: as the image says. */
  readonly cmd: readonly string[] | null;
  readonly env: Readonly<Record<string, string>>;
  /** The port its app listens on, to be published; null for one without services or checks. */
  readonly internalPort: number | null;
  /** On 127.0.0.1. */
  readonly port: number;
  readonly memoryMb: number;
  readonly cpus: number;
  readonly cpuKind: 'shared' | 'performance';
  readonly mounts: readonly MachineMount[];
}
