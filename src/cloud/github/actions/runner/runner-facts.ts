import type { JsonObject } from '../model/source.ts';
import type { JobHost, JobOrder } from './job-order.ts';
import type { JobPlaces } from './job-places.ts';

const SYSTEMS: Readonly<Record<string, string>> = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' };
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'X64',
  arm64: 'ARM64',
  arm: 'ARM',
  ia32: 'X86',
};

/** The job that the facts are of. */
interface RunningJob {
  readonly order: JobOrder;
  readonly host: JobHost;
  readonly places: JobPlaces;
}

/** The context `runner`. */
export function runnerFacts(session: RunningJob): JsonObject {
  const { temp, toolCache } = session.places;
  return {
    name: session.host.runnerName,
    os: SYSTEMS[process.platform] ?? process.platform,
    arch: ARCHITECTURES[process.arch] ?? process.arch,
    environment: 'github-hosted',
    temp,
    tool_cache: toolCache,
    ...(isDebug(session) ? { debug: '1' } : {}),
  };
}

/** Whether the secret or variable ACTIONS_STEP_DEBUG asks for more in the log. */
export function isDebug(session: RunningJob): boolean {
  const { secrets, vars } = session.order.scope.contexts;
  const read = (context: unknown): unknown => (context as JsonObject | undefined)?.['ACTIONS_STEP_DEBUG'];
  return read(secrets) === 'true' || read(vars) === 'true';
}
