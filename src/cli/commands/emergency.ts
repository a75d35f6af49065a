import { EXIT, type ErrorCode } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import {
  readEmergency,
  type EmergencyEnvironment,
  type EmergencySources,
} from '../environment/emergency-report.ts';
import { openProject } from '../project/open-project.ts';
import { writeJson } from '../output.ts';
import { withProgress } from '../progress.ts';
import { renderEmergency } from '../views/environment/emergency.ts';
import { requirePlace } from '../environment/require-place.ts';
import { openBench } from './deploy.ts';

/** In an emergency nobody waits for a platform that does not answer. */
const PATIENCE_MS = 10_000;

/**
 * `glidepath status --emergency [env]`: the commands of flyctl with everything filled in that can be read. What cannot
 * be read (no token, no platform, no local cloud, no record) is said, and the commands are printed all the same.
 */
export async function emergency(context: CommandContext, name: string | null): Promise<ExitCode> {
  const { sources, close } = await openSources(context);
  try {
    const { project } = sources;
    const asked =
      name === null
        ? project.environments.filter((environment) => environment.kind === 'standing')
        : [requirePlace(project, name)];
    const found = await withProgress(context, 'Reading the platforms', async () => {
      const all: EmergencyEnvironment[] = [];
      for (const environment of asked) all.push(await readEmergency(sources, environment));
      return all;
    });
    const { output } = context;
    if (output.json) writeJson(output, { project: project.name, environments: found });
    else output.write(renderEmergency(found, { color: output.color, runbook: project.files.runbook }));
    return EXIT.ok;
  } finally {
    await close();
  }
}

interface Opened {
  readonly sources: EmergencySources;
  readonly close: () => Promise<void>;
}

/** What of a workbench is not needed to go on without. */
const DISPENSABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'CLOUD_NOT_RUNNING',
  'STORE_BUSY',
  'STORE_UNREADABLE',
  'STORE_DISK_FULL',
]);

/** Everything, else the record alone, else only the config. */
async function openSources(context: CommandContext): Promise<Opened> {
  const missing: string[] = [];
  for (const journalOnly of [false, true]) {
    try {
      const bench = await openBench(context, { journalOnly, patienceMs: PATIENCE_MS });
      return { sources: { ...bench, missing }, close: () => bench.close() };
    } catch (error) {
      if (!(error instanceof ToolError) || !DISPENSABLE.has(error.code)) throw error;
      if (!missing.includes(error.message)) missing.push(error.message);
    }
  }
  const { project } = await openProject(context);
  return {
    sources: { project, history: null, readerOf: () => null, missing },
    close: () => Promise.resolve(),
  };
}
