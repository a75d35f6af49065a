import type { ResolvedFlyApp } from '../config/resolved.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Json } from '../util/json.ts';

/** One machine (or instance) as the platform shows it. */
export interface ObservedMachine {
  readonly id: string;
  readonly region: string;
  readonly state: string;
  /** `sha256:…` of the image it runs, or null where the platform does not say. */
  readonly digest: string | null;
  /** The release id that put it there, from its metadata. */
  readonly release: string | null;
  /** The full sha of the commit of that release, from its metadata. */
  readonly commit: string | null;
  /** False while the platform cannot reach the host that it sits on: it serves nobody and cannot be changed. */
  readonly reachable: boolean;
  readonly healthy: boolean | null;
  readonly cordoned: boolean;
  readonly startedAt: number | null;
  /** `shared` or `performance`, where the platform says. */
  readonly cpuKind: string | null;
  readonly cpus: number | null;
  readonly memoryMb: number | null;
  /** What it does when it is idle; null for one without a service, which nothing stops or wakes. */
  readonly sleep: 'when-idle' | 'suspend' | 'never' | null;
  /** Whether a request starts it when it sleeps. */
  readonly wakesOnRequest: boolean;
  /** Since when and why it does not run; null while it runs, or where the platform does not tell. */
  readonly rest: MachineRest | null;
  /** The wake for a request that it runs since; null when something else started it. */
  readonly wake: MachineWake | null;
}

/** How a machine came to rest. */
export interface MachineRest {
  readonly at: number;
  /** `proxy`: it was idle. `hand`: somebody asked for it. `itself`: its process ended. */
  readonly by: 'proxy' | 'hand' | 'itself';
  readonly exitCode: number | null;
}

/** How a machine was woken by a request. */
export interface MachineWake {
  /** When the platform said that it runs. */
  readonly at: number;
  /** From the proxy's asking until then; the app itself may take longer to answer. */
  readonly bootMs: number;
}

/** One app as the platform shows it. */
export interface ObservedApp {
  readonly name: string;
  readonly machines: readonly ObservedMachine[];
}

/** One volume as the platform shows it. */
export interface ObservedVolume {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly sizeGb: number;
  /** The machine that has it; null: it lies there, and is paid for all the same. */
  readonly machine: string | null;
}

/** What is written on an app at its platform, where every runner with its token can read it. */
export interface AppLabels {
  /** Whose it is: `review/pr-42`; null where nothing says. */
  readonly environment: string | null;
  /** When it may be removed, milliseconds since the Unix epoch; null: never, or nothing says. */
  readonly expiresAt: number | null;
}

/** The half of a platform that cannot change anything: all that planning and `status` get. */
export interface AppPlatformReader {
  /** The names of all apps that the token sees in an organization. */
  appNames(org: string): Promise<readonly string[]>;
  /** What `label` wrote on an app; null when there is no such app. One without machines has none. */
  labels(platformName: string): Promise<AppLabels | null>;
  /** Null when there is no such app. */
  observeApp(platformName: string): Promise<ObservedApp | null>;
  /** Every volume of an app, also those that no machine has; none where there is no such app. */
  observeVolumes(platformName: string): Promise<readonly ObservedVolume[]>;
  /** Newest last. */
  logs(platformName: string, options: { limit: number; since?: number }): Promise<LogLine[]>;
  /** How an image of this app is named by digest: `host/app@sha256:…`. */
  imageReference(platformName: string, digest: string): string;
  /** Whether the registry still has an image; `reference` is `repository@sha256:…`. */
  hasImage(reference: string): Promise<boolean>;
  /** What of an image cannot be pulled any more: its manifest, config or layers, by digest. Empty: all is there. */
  missingOfImage(reference: string): Promise<readonly string[]>;
  /** The names of the secrets that are set; null when there is no such app. */
  secretNames(platformName: string): Promise<readonly string[] | null>;
  /** Custom domains and what they wait for, as last checked; empty when there are none, or no such app. */
  domains(platformName: string): Promise<readonly DomainState[]>;
  /** Everything that would stop this deployment later and can be seen now. Throws only where nothing can be read. */
  findProblems(intended: IntendedDeployment): Promise<readonly Diagnostic[]>;
  /** The address at which other machines, smoke tests and health checks of this process reach the app. */
  publicUrl(platformName: string): Promise<string>;
  privateUrl(platformName: string): string;
}

/** One record of a domain's DNS, as its owner has to write it. */
export interface DnsRecord {
  readonly type: 'A' | 'AAAA' | 'CNAME' | 'TXT';
  readonly name: string;
  readonly value: string;
}

/** A custom domain of an app. */
export interface DomainState {
  readonly hostname: string;
  readonly state: 'issued' | 'awaiting-certificate' | 'awaiting-dns';
  readonly records: readonly DnsRecord[];
  /** What the platform says about it, where it says anything. */
  readonly detail: string | null;
}

/** What a deployment is about to do with the apps behind one token. */
export interface IntendedDeployment {
  readonly environment: string;
  readonly apps: readonly ResolvedFlyApp[];
}

/** One line that a machine printed. */
export interface LogLine {
  readonly at: number;
  readonly machine: string;
  readonly region: string;
  readonly message: string;
}

/** What a step hands to the platform so that work can be journaled, aborted and told of. A `StepContext` fits. */
export interface PlatformWork {
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
  once<T extends Json>(key: string, fn: () => Promise<T>): Promise<T>;
  recorded(key: string): Json | undefined;
  log(line: string): void;
}

/** One deployment of one app. */
export interface AppDeployment {
  readonly app: ResolvedFlyApp;
  readonly platformName: string;
  /** `repository@sha256:…`. */
  readonly image: string;
  readonly releaseId: string;
  readonly commit: string;
  /** Resolved values, no secrets. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Called right before the first change with the commits of what runs, from the very reading that the changes are
   * based on; throws where they may not be replaced.
   */
  readonly guard?: (liveCommits: readonly string[]) => Promise<void>;
}

/** Counts and size that one app is brought to by hand, whatever its config says. */
export interface AppScale {
  readonly app: ResolvedFlyApp;
  readonly platformName: string;
  /** Region → number of machines; regions that are not named keep theirs. */
  readonly counts: Readonly<Record<string, number>>;
  /** Null: every machine keeps its size. */
  readonly vm: ResolvedFlyApp['vm'] | null;
}

/** What scaling did; ids of machines. */
export interface ScaleResult {
  readonly created: readonly string[];
  readonly resized: readonly string[];
  readonly removed: readonly string[];
}

/** The platform that runs apps: read, and change. */
export interface AppPlatform extends AppPlatformReader {
  ensureApp(app: ResolvedFlyApp, platformName: string, work: PlatformWork): Promise<void>;
  /** Sets secrets that differ or are missing; returns the version to send with machines, null when none was ever set. */
  setSecrets(
    platformName: string,
    values: Readonly<Record<string, string>>,
    work: PlatformWork,
  ): Promise<number | null>;
  /** Pushes an image; returns `repository@sha256:…`. Pushing what is there already is quick. */
  pushImage(platformName: string, image: BuiltImage, work: PlatformWork): Promise<string>;
  /** Runs a command with the new image on a temporary machine; throws MIGRATION_FAILED with its output. Always removes it. */
  runReleaseCommand(
    deployment: AppDeployment,
    command: string,
    timeoutMs: number,
    work: PlatformWork,
  ): Promise<void>;
  /** Ends a command that `runReleaseCommand` with the same journal left running when its process died. */
  endReleaseCommand(platformName: string, work: PlatformWork): Promise<void>;
  /** Puts the release on every machine by the app's strategy, healthy before the next. Saves what was there first. */
  deploy(deployment: AppDeployment, work: PlatformWork): Promise<DeployResult>;
  /** Puts back what `deploy` with the same journal saved, and proves it healthy. */
  undoDeploy(deployment: AppDeployment, work: PlatformWork): Promise<void>;
  /** Takes away what `deploy` with the same journal made where nothing ran before it, when that journal is lost. */
  removeDeployed(deployment: AppDeployment, work: PlatformWork): Promise<void>;
  /**
   * Brings counts and size of an app's machines to what is asked, with the image and settings that they have. New ones
   * are healthy before any is removed. Saves what was there first.
   */
  scale(scale: AppScale, work: PlatformWork): Promise<ScaleResult>;
  /** Puts back what `scale` with the same journal saved. */
  undoScale(scale: AppScale, work: PlatformWork): Promise<void>;
  /** Names an image by a tag of ours, so that the registry keeps it. `reference` is `repository@sha256:…`. */
  keepImage(reference: string, tag: string, work: PlatformWork): Promise<void>;
  /** Asks for certificates of the app's domains, and has their DNS checked; never takes a domain away. */
  ensureDomains(
    app: ResolvedFlyApp,
    platformName: string,
    work: PlatformWork,
  ): Promise<readonly DomainState[]>;
  /** Writes labels on an app that has machines; another try or another deployment writes them anew. Restarts nothing. */
  label(platformName: string, labels: AppLabels, work: PlatformWork): Promise<void>;
  /** Removes an app with all its machines; one with volumes only where they were made to go with it. */
  destroyApp(platformName: string, options: { isEphemeral: boolean }, work: PlatformWork): Promise<void>;
}

/** An image on disk in the OCI image layout, ready to be pushed to any registry as the same bytes. */
export interface BuiltImage {
  /** `sha256:…` of its manifest: the image's name in every registry. */
  readonly digest: string;
  /** Holds `oci-layout`, `index.json` and `blobs/sha256/…`. */
  readonly layoutDir: string;
  /** Of config and layers together, compressed. */
  readonly sizeBytes: number;
  /** Whether it is a container's image, or one whose files are run as plain processes. */
  readonly mode: 'process' | 'container';
}

/** What a deployment did, per machine; goes into the record. */
export interface DeployResult {
  readonly machines: readonly {
    readonly id: string;
    readonly region: string;
    readonly durationMs: number;
    readonly created: boolean;
  }[];
  /** Ids of machines that have the release and sleep: nobody has seen it run there. */
  readonly unproven: readonly string[];
}
