import type {
  ResolvedApp,
  ResolvedEnvironment,
  ResolvedFlyApp,
  ResolvedProject,
} from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { projectPath } from '../../emit/project-path.ts';
import { databaseCommands } from '../../emit/runbook/database-commands.ts';
import {
  emergencyCommands,
  tokenCommand,
  type EmergencyTopic,
} from '../../emit/runbook/emergency-commands.ts';
import type { EmergencyFacts, EmergencyMachine } from '../../emit/runbook/emergency-facts.ts';
import { lostMachines } from '../../pipeline/drift.ts';
import type { History } from '../../pipeline/history.ts';
import type { Release } from '../../pipeline/release.ts';
import type { AppPlatformReader, ObservedMachine } from '../../providers/app-platform.ts';

/** What can be done in one environment without Glidepath. */
export interface EmergencyEnvironment {
  readonly environment: string;
  /** Commands that come first: the token of the organization, under the name that flyctl reads. */
  readonly first: readonly string[];
  /** What could not be read, one sentence each; empty: the commands have everything as it is now. */
  readonly unread: readonly string[];
  readonly live: string | null;
  readonly apps: readonly EmergencyApp[];
  readonly databases: readonly EmergencyTopic[];
}

/** One app of it. */
export interface EmergencyApp {
  readonly name: string;
  readonly platformName: string;
  readonly machines: readonly EmergencyMachine[];
  /** The image that runs, by digest: as the platform says, else as recorded. */
  readonly image: string | null;
  readonly previous: EmergencyFacts['previous'];
  readonly topics: readonly EmergencyTopic[];
}

/** What a report is made from. Each may be missing in an emergency. */
export interface EmergencySources {
  readonly project: ResolvedProject;
  /** Null where the record cannot be opened. */
  readonly history: History | null;
  /** Null where there is no token; throws nothing. */
  readonly readerOf: (environment: ResolvedEnvironment) => AppPlatformReader | null;
  /** Why there is no record or no reader, where that is known beforehand. */
  readonly missing: readonly string[];
}

/** As much of the record as is searched for a release to go back to. */
const RELEASES_SEARCHED = 1_000;

/** Reads as much of an environment as can be read. Only the app that cannot be read lacks what is read of it. */
export async function readEmergency(
  sources: EmergencySources,
  environment: ResolvedEnvironment,
): Promise<EmergencyEnvironment> {
  const unread = [...sources.missing];
  const reader = sources.readerOf(environment);
  const tokens = new Set(environment.apps.map((app) => app.token));
  if (reader === null && sources.missing.length === 0) {
    unread.push(`The token ${[...tokens].join(', ')} is not set, so the platform was not queried.`);
  }
  const entries = sources.history?.entries(environment.name, RELEASES_SEARCHED) ?? [];
  const live = entries[0]?.release ?? null;
  const previous = entries.find((entry) => entry.release.id !== live?.id)?.release ?? null;
  const apps: EmergencyApp[] = [];
  for (const app of environment.apps) {
    if (app.platform !== 'fly') continue;
    const machines = reader === null ? [] : await machinesOf(reader, app, unread);
    apps.push(emergencyApp(sources.project, environment, { app, reader, machines, live, previous }));
  }
  return {
    environment: environment.name,
    first: [...new Set(environment.apps.filter(isOnFly).map((app) => tokenCommand(app.token)))],
    unread,
    live: live?.id ?? null,
    apps,
    databases: environment.databases.map(databaseCommands),
  };
}

function isOnFly(app: ResolvedApp): app is ResolvedFlyApp {
  return app.platform === 'fly';
}

async function machinesOf(
  reader: AppPlatformReader,
  app: ResolvedFlyApp,
  unread: string[],
): Promise<readonly ObservedMachine[]> {
  try {
    const observed = await reader.observeApp(app.platformName);
    if (observed === null) unread.push(`The token sees no app ${app.platformName}.`);
    return observed?.machines ?? [];
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    unread.push(`${app.name}: ${error.message}`);
    return [];
  }
}

interface Read {
  readonly app: ResolvedFlyApp;
  readonly reader: AppPlatformReader | null;
  readonly machines: readonly ObservedMachine[];
  readonly live: Release | null;
  readonly previous: Release | null;
}

function emergencyApp(project: ResolvedProject, environment: ResolvedEnvironment, read: Read): EmergencyApp {
  const { app, reader, live, previous } = read;
  const machines = read.machines.filter((machine) => machine.reachable).map(machineFacts);
  const named = (digest: string | null | undefined): string | null => {
    if (digest === null || digest === undefined) return null;
    return (
      reader?.imageReference(app.platformName, digest) ?? `registry.fly.io/${app.platformName}@${digest}`
    );
  };
  const before = named(previous?.digests[app.name]);
  const facts: EmergencyFacts = {
    machines,
    image: named(machines.find((machine) => machine.digest !== null)?.digest ?? live?.digests[app.name]),
    previous: previous === null || before === null ? null : { release: previous.id, image: before },
  };
  const flyToml =
    project.files.fly === null
      ? null
      : projectPath(project.files.fly, { environment: environment.name, app: app.name });
  return {
    name: app.name,
    platformName: app.platformName,
    ...facts,
    topics: [...lostTopics(app, lostMachines(read.machines)), ...emergencyCommands({ app, flyToml, facts })],
  };
}

function machineFacts({ id, region, state, release, digest }: ObservedMachine): EmergencyMachine {
  return { id, region, state, release, digest };
}

/** What no other command reaches: they name only machines that can be changed. */
function lostTopics(app: ResolvedFlyApp, lost: readonly ObservedMachine[]): EmergencyTopic[] {
  if (lost.length === 0) return [];
  return [
    {
      id: 'lost-hosts',
      title: 'On a host that cannot be reached',
      note: 'It serves nobody and cannot be changed. Once another serves in its place; Fly does it when the host is back.',
      commands: lost.map(({ id }) => `fly machine destroy --force ${id} --app ${app.platformName}`),
    },
  ];
}
