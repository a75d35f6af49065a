import type { JsonObject } from '../model/source.ts';
import type { JobSession } from './job-session.ts';

const SYSTEMS: Readonly<Record<string, string>> = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' };
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'X64',
  arm64: 'ARM64',
  arm: 'ARM',
  ia32: 'X86',
};

/** The context `runner`. */
export function runnerFacts(session: JobSession): JsonObject {
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
export function isDebug(session: JobSession): boolean {
  const { secrets, vars } = session.order.scope.contexts;
  const read = (context: unknown): unknown => (context as JsonObject | undefined)?.['ACTIONS_STEP_DEBUG'];
  return read(secrets) === 'true' || read(vars) === 'true';
}
