import type { ChecksDeps } from '../checks/run-checks.ts';
import type {
  ResolvedApp,
  ResolvedCheck,
  ResolvedDatabase,
  ResolvedEnvironment,
  ResolvedFlyApp,
} from '../config/resolved.ts';
import type { ResolvedSecurity } from '../config/resolved-ci.ts';
import type { AppPlatform, BuiltImage } from '../providers/app-platform.ts';
import type { HostCheckRun } from '../providers/code-host.ts';
import type { DatabasePlatform } from '../providers/database-platform.ts';
import type { Finding } from '../reports/finding.ts';
import type { Clock } from '../util/clock.ts';
import type { Fetch } from '../util/fetch.ts';
import type { RunCommand } from '../util/run-command.ts';
import type { History } from './history.ts';
import type { Release, ReleaseArtifact } from './release.ts';

/** What the steps need of the outside; built in `cli/wiring.ts`, and by tests. */
export interface PipelineDeps {
  /** The platform that runs this app, with the token of the environment it belongs to and of no other. */
  platformOf(app: ResolvedApp): AppPlatform;
  /** The platform behind a database, likewise. */
  databasePlatformOf(database: ResolvedDatabase): DatabasePlatform;
  readonly source: Source;
  readonly builder: Builder;
  readonly history: History;
  /** The environment as a run found it resolved; null when that is known neither here nor from elsewhere. */
  environmentOf(runId: string): Promise<ResolvedEnvironment | null>;
  /** The check runs of a commit at the code host, where they decide the gate `checks()`; null: the checks are run here. */
  checkRuns(sha: string): Promise<readonly HostCheckRun[] | null>;
  /** Reads a secret from the environment of this process and remembers its value for redaction. */
  secret(name: string): string | undefined;
  /** Remembers a value that no event may show. */
  hide(value: string): void;
  /** A text without the values that are to be hidden: for what is kept elsewhere than in events and errors. */
  redact(text: string): string;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly fetch: Fetch;
  readonly runCommand: RunCommand;
  /** Writes the manifest and the provenance of a release, once; the same is answered again. */
  sealRelease(release: SealedRelease): Promise<ReleaseArtifact>;
  /** What is known of weaknesses beyond what checks have found: of lock files of a checkout, and of the layers of images. */
  findWeaknesses(question: WeaknessQuestion): Promise<WeaknessesFound>;
  /** What running the checks of a checkout of a commit needs; `checks` are all that it has. */
  openChecks(options: {
    directory: string;
    commit: string;
    checks: readonly ResolvedCheck[];
    log: (line: string) => void;
  }): Promise<ChecksDeps>;
}

/** What a release is sealed with. */
export interface SealedRelease {
  readonly release: Release;
  readonly project: string;
  readonly run: string;
  /** App → bytes of its image, of those that this run has built. */
  readonly bytes: Readonly<Record<string, number>>;
  /** Checks that a gate saw pass. */
  readonly checks: readonly {
    readonly name: string;
    readonly key: string | null;
    readonly at: number | null;
  }[];
}

/** Where weaknesses are looked for. */
export interface WeaknessQuestion {
  /** A checkout; null: its lock files are not asked about. */
  readonly directory: string | null;
  readonly images: readonly {
    readonly app: string;
    readonly layoutDir: string;
    readonly mode: BuiltImage['mode'];
  }[];
  readonly security: ResolvedSecurity;
  readonly signal: AbortSignal;
}

/** What was found. */
export interface WeaknessesFound {
  readonly findings: readonly Finding[];
  /** Packages in the layers of an image, by app. */
  readonly packages: Readonly<Record<string, number>>;
  /** What could not be looked into, in sentences. */
  readonly problems: readonly string[];
}

/** What the steps ask of git. */
export interface Source {
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
  hasCommit(sha: string): Promise<boolean>;
  /** A unified diff without context between two commits, paths from the project's directory. */
  lineChanges(from: string, to: string): Promise<string>;
  /** Every file of a commit below the project's directory; `blob` names its content. */
  filesOf(commit: string): Promise<readonly { readonly path: string; readonly blob: string }[]>;
  contents(blobs: readonly string[]): Promise<ReadonlyMap<string, Buffer>>;
}

/** Turns a commit into images; each is built once. */
export interface Builder {
  build(options: {
    app: ResolvedFlyApp;
    commit: string;
    log: (line: string) => void;
    signal: AbortSignal;
  }): Promise<BuiltImage>;
  /** A directory with the files of the commit, ready for commands to run in. */
  checkout(commit: string): Promise<string>;
}
