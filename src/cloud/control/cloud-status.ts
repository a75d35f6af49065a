import type { AppMetrics } from '../edge/app-metrics.ts';
import type { ActiveFault } from '../faults/fault.ts';
import type { MachinesMode } from '../containers/machines-mode.ts';
import type { CopyMethod } from '../postgres/copy/copy-method.ts';
import type { GithubInventoryItem } from '../github/github-inventory.ts';
import type { NeonInventoryItem } from '../neon/neon-inventory.ts';
import type { MachinesInfo } from './cloud-info.ts';

/** Everything `cloud status` shows. */
export interface CloudStatus {
  readonly version: 1;
  /** How machines run: as child processes of this computer, or in a container engine. */
  readonly mode: MachinesMode;
  /** What was asked for, and what engine there is. */
  readonly machines: MachinesInfo;
  readonly pid: number;
  readonly stateDir: string;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  readonly uptimeMs: number;
  /** Of the daemon itself. */
  readonly memoryBytes: number;
  readonly apiUrl: string;
  readonly edgeUrl: string;
  readonly services: readonly CloudServiceStatus[];
  readonly apps: readonly CloudAppStatus[];
  readonly databases: readonly CloudDatabaseStatus[];
  /** How branches of databases are made: sharing blocks with what they come from, where the disk can, or byte by byte. */
  readonly databaseCopies: CopyMethod;
  /** Every branch of every project of the local Neon. */
  readonly neon: readonly NeonInventoryItem[];
  /** Every repository of the local GitHub. */
  readonly github: readonly CloudRepositoryStatus[];
  readonly faults: readonly ActiveFault[];
}

/** One of the platform services behind the API port. */
interface CloudServiceStatus {
  readonly name: string;
  /** What it speaks, and where. */
  readonly url: string;
  /** How many things it holds: apps, databases, images. */
  readonly holds: number;
}

/** One app with its machines and traffic. */
export interface CloudAppStatus {
  readonly name: string;
  /** Null for an app without a service that the edge could reach. */
  readonly url: string | null;
  readonly browserUrl: string | null;
  readonly machines: readonly CloudMachineStatus[];
  readonly traffic: AppMetrics | null;
}

/** One machine and the process behind it. */
interface CloudMachineStatus {
  readonly id: string;
  readonly region: string;
  /** The simulated host it sits on, such as `iad-1`. */
  readonly host: string;
  readonly state: string;
  /** Whether the edge sends it requests; null when it has no service. */
  readonly routable: boolean | null;
  readonly pid: number | null;
  /** The engine's id of the container; null for a process, and while none runs. */
  readonly container: string | null;
  /** 100 is one core; since the status before. */
  readonly cpuPercent: number | null;
  readonly memoryBytes: number | null;
}

/** One repository, with the runs of its GitHub workflows. */
export interface CloudRepositoryStatus extends GithubInventoryItem {
  readonly runs: number;
  /** Those without an end yet. */
  readonly activeRuns: number;
}

/** One Postgres. */
export interface CloudDatabaseStatus {
  readonly id: string;
  /** The cluster, branch or snapshot that it holds; null for one that nobody knows of any more. */
  readonly name: string | null;
  readonly state: string;
  readonly port: number;
  readonly pid: number | null;
  readonly connections: number;
  readonly memoryBytes: number | null;
  readonly sizeBytes: number;
}
