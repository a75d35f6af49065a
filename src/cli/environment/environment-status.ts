import type { AppMetrics } from '../../cloud/edge/app-metrics.ts';
import type { ResolvedApp, ResolvedEnvironment, ResolvedFlyApp } from '../../config/resolved.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { RunRecord } from '../../engine/engine.ts';
import {
  appDrift,
  differenceKey,
  driftWords,
  settingsToWrite,
  type Difference,
} from '../../pipeline/drift.ts';
import { deploymentInput } from '../../pipeline/deployment-input.ts';
import type { LiveRelease } from '../../pipeline/history.ts';
import type { ReleaseArtifact } from '../../pipeline/release.ts';
import { runningVersions, type RunningVersion } from '../../pipeline/running-versions.ts';
import type {
  AppPlatformReader,
  DomainState,
  ObservedMachine,
  ObservedVolume,
} from '../../providers/app-platform.ts';
import { readDatabaseStatus, type DatabaseStatus } from '../databases/database-status.ts';
import { missingToken, sightProblem } from '../platforms/sight-problem.ts';
import { isLeftBehind } from '../views/run/queue-note.ts';
import type { Workbench } from '../workbench.ts';

/** One environment as `status` shows it. */
export interface EnvironmentStatus {
  readonly environment: string;
  /** False where no token is set, so that nothing could be read. */
  readonly isReadable: boolean;
  /** Why nothing could be seen: no token, or one without the right. */
  readonly problem: Pick<Diagnostic, 'code' | 'message' | 'hint'> | null;
  readonly live: {
    readonly release: string;
    readonly commit: string;
    readonly at: number;
    readonly by: string;
    readonly runId: string;
    /** Its manifest and provenance; null where none was written. */
    readonly artifact: ReleaseArtifact | null;
  } | null;
  /** Runs that hold or wait for it. */
  readonly runs: readonly {
    readonly id: string;
    readonly title: string;
    readonly status: string;
    /** It counts as running, and nothing was heard of its process for a whole lease. */
    readonly isLeftBehind: boolean;
  }[];
  readonly apps: readonly AppStatus[];
  readonly databases: readonly DatabaseStatus[];
}

/** One app of it. */
export interface AppStatus {
  readonly name: string;
  readonly platformName: string;
  readonly url: string | null;
  /** Null when the app does not exist. */
  readonly machines: readonly MachineStatus[] | null;
  /** More than one is never meant to stay. */
  readonly versions: readonly RunningVersion[];
  readonly drift: DriftStatus | null;
  readonly volumes: readonly ObservedVolume[];
  /** Custom domains and what they wait for. */
  readonly domains: readonly DomainState[];
}

/** A machine, and what is known of it besides. */
export interface MachineStatus extends ObservedMachine {
  /** It sleeps since the last deployment: nobody has seen the live release run there. */
  readonly isUnproven: boolean;
  /** From the request that needed it until one could be sent there; only the local edge measures that. */
  readonly coldStartMs: number | null;
}

/** How what runs differs from what is written, and what to do about it. */
export interface DriftStatus {
  readonly differences: readonly (Difference & {
    readonly words: { readonly written: string; readonly there: string };
    /** The config was changed since the last deployment: nothing was done by hand. */
    readonly isPending: boolean;
  })[];
  /** The scaling by hand that it comes from, as far as the journal of this machine knows. */
  readonly scaled: { readonly at: number; readonly by: string; readonly run: string } | null;
  /** Settings of the app in this environment that would say what is there. */
  readonly toWrite: readonly string[];
}

/** What is known of the local cloud besides what its APIs say. */
export interface LocalFigures {
  /** How machines run. */
  readonly mode: string;
  readonly metrics: readonly AppMetrics[];
}

/** As many finished runs are searched for what scaled an app by hand. */
const RUNS_SEARCHED = 100;

/** Reads one environment: the platforms, the record and the journal. */
export async function readEnvironmentStatus(
  bench: Workbench,
  environment: ResolvedEnvironment,
  local: LocalFigures | null,
): Promise<EnvironmentStatus> {
  const lockKey = `${bench.project.name}/${environment.name}`;
  const runs = await bench.engine.list({ lockKey, limit: RUNS_SEARCHED });
  const live = bench.history.live(environment.name);
  const reader = bench.readerOf(environment);
  const unproven = await unprovenMachines(bench, live);
  const before = live === null ? null : await bench.deps.environmentOf(live.runId);
  const deployed = (app: ResolvedApp): ResolvedApp | null =>
    before?.apps.find(({ name }) => name === app.name) ?? null;
  const apps: AppStatus[] = [];
  for (const app of environment.apps) {
    const known = { app, live, deployed: deployed(app), runs, unproven, metrics: metricsOf(local, app) };
    apps.push(await readApp(reader, known));
  }
  const databases = await Promise.all(
    environment.databases.map(async (database) =>
      readDatabaseStatus(database, (one) => bench.databaseReaderOf(one)),
    ),
  );
  return {
    environment: environment.name,
    isReadable: reader !== null,
    problem: await whyUnseen(reader, environment, apps),
    live: live === null ? null : shownLive(live),
    runs: runs.filter(isUnderWay).map((run) => ({
      id: run.id,
      title: run.title,
      status: run.status,
      isLeftBehind: isLeftBehind(run, bench.clock.now()),
    })),
    apps,
    databases,
  };
}

/** Where no app seems to exist, that may be for want of a right. */
async function whyUnseen(
  reader: AppPlatformReader | null,
  environment: ResolvedEnvironment,
  apps: readonly AppStatus[],
): Promise<EnvironmentStatus['problem']> {
  if (reader === null) return missingToken(environment);
  if (apps.some(({ machines }) => machines !== null)) return null;
  return sightProblem(reader, environment.name, environment.apps);
}

interface Known {
  readonly app: ResolvedApp;
  readonly live: LiveRelease | null;
  /** The app as it was written when the live release was deployed; null when that is not known. */
  readonly deployed: ResolvedApp | null;
  readonly runs: readonly RunRecord[];
  readonly unproven: ReadonlySet<string>;
  readonly metrics: AppMetrics | null;
}

async function readApp(reader: AppPlatformReader | null, known: Known): Promise<AppStatus> {
  const { app } = known;
  const nothing = { name: app.name, platformName: app.platformName, url: null, volumes: [], domains: [] };
  if (reader === null || app.platform !== 'fly') {
    return { ...nothing, machines: null, versions: [], drift: null };
  }
  const observed = await reader.observeApp(app.platformName);
  if (observed === null) return { ...nothing, machines: null, versions: [], drift: null };
  const { machines } = observed;
  const hasUrl = app.port !== null && machines.length > 0;
  return {
    ...nothing,
    url: hasUrl ? await reader.publicUrl(app.platformName) : null,
    machines: machines.map((machine) => machineStatus(machine, known)),
    versions: runningVersions(machines),
    drift: known.live === null ? null : driftOf(app, machines, known),
    volumes: await reader.observeVolumes(app.platformName),
    domains: await reader.domains(app.platformName),
  };
}

function driftOf(
  app: ResolvedFlyApp,
  machines: readonly ObservedMachine[],
  known: Known,
): DriftStatus | null {
  const liveDigest = known.live?.release.digests[app.name] ?? null;
  const differences = appDrift(app, machines, liveDigest);
  if (differences.length === 0) return null;
  const before = known.deployed?.platform === 'fly' ? known.deployed : app;
  const byHand = new Set(appDrift(before, machines, liveDigest).map(differenceKey));
  return {
    differences: differences.map((one) => ({
      ...one,
      words: driftWords(one),
      isPending: !byHand.has(differenceKey(one)),
    })),
    scaled: scaledByHand(known),
    toWrite: settingsToWrite(
      app,
      machines,
      differences.filter((one) => byHand.has(differenceKey(one))),
    ),
  };
}

function machineStatus(machine: ObservedMachine, { unproven, metrics }: Known): MachineStatus {
  const cold = metrics?.coldStarts;
  return {
    ...machine,
    // What came to rest again after it has run in between.
    isUnproven: machine.state !== 'started' && machine.rest === null && unproven.has(machine.id),
    coldStartMs: machine.wake !== null && cold?.lastMachine === machine.id ? cold.lastMs : null,
  };
}

function metricsOf(local: LocalFigures | null, app: ResolvedApp): AppMetrics | null {
  return local?.metrics.find((metrics) => metrics.app === app.platformName) ?? null;
}

/** The newest scaling since the live release was deployed: a deployment ends what was scaled before it. */
function scaledByHand({ app, live, runs }: Known): DriftStatus['scaled'] {
  const scaled = runs
    .filter((run) => run.kind === 'scale' && run.status === 'succeeded' && run.finishedAt !== null)
    .filter((run) => {
      const { trigger } = deploymentInput(run.input);
      return trigger.kind === 'scale' && trigger.app === app.name;
    })
    .filter((run) => (run.finishedAt ?? 0) > (live?.at ?? 0))
    .toSorted((a, b) => (b.finishedAt ?? 0) - (a.finishedAt ?? 0))[0];
  return scaled === undefined ? null : { at: scaled.finishedAt ?? 0, by: scaled.by, run: scaled.id };
}

/** The machines that the live release was only given in their sleep, by the results of its run. */
async function unprovenMachines(bench: Workbench, live: LiveRelease | null): Promise<ReadonlySet<string>> {
  // Of a release that came with the history of GitHub nothing more is known here: its run was on a runner.
  if (live === null || (await bench.engine.get(live.runId)) === null) return new Set();
  const steps = await bench.engine.steps(live.runId);
  return new Set(
    steps.flatMap((step) => {
      const result = step.result as { unproven?: readonly string[] } | null;
      return step.id.startsWith('deploy:') ? (result?.unproven ?? []) : [];
    }),
  );
}

const UNDER_WAY: ReadonlySet<string> = new Set(['queued', 'running', 'waiting', 'interrupted']);

function isUnderWay(run: RunRecord): boolean {
  return UNDER_WAY.has(run.status);
}

function shownLive(live: LiveRelease): EnvironmentStatus['live'] {
  const { release, at, by, runId } = live;
  return { release: release.id, commit: release.commit, at, by, runId, artifact: release.artifact ?? null };
}
