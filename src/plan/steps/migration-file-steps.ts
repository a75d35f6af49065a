import type { PlanStep } from '../plan.ts';
import { list } from '../words.ts';
import { migratedDatabases } from './migrations-of.ts';
import type { StageContext } from './stage.ts';

/** Reading some files of a commit. */
const READ_MS = 60_000;

/** Refuses a commit that changes a migration which ran already; nothing where nothing is migrated. */
export function migrationFilesSteps(
  { match, apps }: StageContext,
  needs: readonly string[],
): readonly PlanStep[] {
  const migrated = migratedDatabases(match.environment.databases, apps);
  if (migrated.length === 0) return [];
  const names = list(migrated.map(({ database }) => database.name));
  return [
    {
      id: 'migration-files',
      needs,
      title: 'No migration was edited',
      reason: `refuses a migration file of ${names} that ran in ${match.environment.name} and has changed since`,
      mutates: false,
      undo: null,
      timeoutMs: READ_MS,
      action: { kind: 'migration-files' },
    },
  ];
}
