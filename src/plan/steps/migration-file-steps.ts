import type { PlanStep } from '../plan.ts';
import { list } from '../words.ts';
import { migratedDatabases } from './migrations-of.ts';
import type { StageContext } from './stage.ts';

/** Reading some files of a commit. */
const READ_MS = 60_000;

/**
 * Refuses a commit that changes a migration which ran already, or has one that the environment before did not run;
 * nothing where nothing is migrated.
 */
export function migrationFilesSteps(
  { match, apps, isRehearsal }: StageContext,
  needs: readonly string[],
): readonly PlanStep[] {
  const migrated = migratedDatabases(match.environment.databases, apps);
  if (migrated.length === 0) return [];
  const names = list(migrated.map(({ database }) => database.name));
  // A rehearsal has no history, and its data is thrown away.
  const after = isRehearsal ? null : match.environment.migratesAfter;
  const ranBefore = after === null ? '' : `, and a new one that has not run in ${after}`;
  return [
    {
      id: 'migration-files',
      needs,
      title: after === null ? 'No migration was edited' : `Migrations ran in ${after}, and none was edited`,
      reason: `refuses a migration file of ${names} that ran in ${match.environment.name} and has changed since${ranBefore}`,
      mutates: false,
      undo: null,
      timeoutMs: READ_MS,
      action: { kind: 'migration-files', ...(after === null ? {} : { after }) },
    },
  ];
}
