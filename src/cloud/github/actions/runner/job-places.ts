import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The directories of one job, all below one that disappears with it. */
export interface JobPlaces {
  readonly root: string;
  /** GITHUB_WORKSPACE: empty until something is checked out. */
  readonly workspace: string;
  /** HOME: of its own, so that nobody's settings and credentials are in it. */
  readonly home: string;
  /** RUNNER_TEMP. */
  readonly temp: string;
  /** RUNNER_TOOL_CACHE. */
  readonly toolCache: string;
  /** The files that steps write values to. */
  readonly commands: string;
  /** First on PATH: the programs that stand in for others. */
  readonly shims: string;
  /** GITHUB_EVENT_PATH. */
  readonly eventFile: string;
}

/** Makes the directories of a job. `repository` is its bare name, after which a real runner names the workspace too. */
export function makeJobPlaces(root: string, repository: string, event: unknown): JobPlaces {
  const places: JobPlaces = {
    root,
    workspace: join(root, 'work', repository, repository),
    home: join(root, 'home'),
    temp: join(root, 'temp'),
    toolCache: join(root, 'tools'),
    commands: join(root, 'temp', '_runner_file_commands'),
    shims: join(root, 'shims'),
    eventFile: join(root, 'temp', '_github_workflow', 'event.json'),
  };
  const { workspace, home, temp, toolCache, commands, shims } = places;
  for (const dir of [workspace, home, temp, toolCache, commands, shims, join(temp, '_github_workflow')])
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeFileSync(places.eventFile, `${JSON.stringify(event, null, 2)}\n`);
  return places;
}

/** Removes all that a job left on the disk. */
export function removeJobPlaces(root: string): void {
  // What a step left running may still be writing for a moment.
  rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}
