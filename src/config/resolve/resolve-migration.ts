import type { MigrationSettings, SeedDefinition } from '../definition/database-definition.ts';
import type { ResolvedMigration, ResolvedSeed } from '../resolved.ts';
import { MIGRATION_LOCK, MIGRATION_TIMEOUT_MS } from './fly-defaults.ts';
import { parseDuration } from './parse-duration.ts';

/** A migration with everything that was not written. */
export function resolveMigration(
  command: string,
  runs: ResolvedMigration['runs'],
  written: MigrationSettings,
): ResolvedMigration {
  return {
    command,
    runs,
    timeoutMs: msOf(written.timeout, MIGRATION_TIMEOUT_MS),
    files: typeof written.files === 'string' ? [written.files] : (written.files ?? []),
    lockTimeoutMs: msOf(written.lockTimeout, MIGRATION_LOCK.timeoutMs),
    attempts: written.attempts ?? MIGRATION_LOCK.attempts,
    blocksAtMostMs: msOf(written.blocksAtMost, MIGRATION_LOCK.blocksAtMostMs),
  };
}

/** The command that fills a database; `when` says in which deployments. */
export function resolveSeed(written: string | SeedDefinition, when: ResolvedSeed['when']): ResolvedSeed {
  const { command, timeout } = typeof written === 'string' ? { command: written } : written;
  return { command, timeoutMs: msOf(timeout, MIGRATION_TIMEOUT_MS), when };
}

function msOf(text: string | undefined, fallback: number): number {
  return text === undefined ? fallback : (parseDuration(text) ?? fallback);
}
