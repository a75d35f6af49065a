import { count, durationWords } from '../words.ts';
import { migratedDatabases } from './migrations-of.ts';
import { sideBySide, type Stage, type StageContext } from './stage.ts';

/** A snapshot of a large volume takes minutes. */
const RESTORE_POINT_MS = 15 * 60_000;

/** Keeps the state of each database that is migrated, before anything of it changes. */
export function restorePointStage({ match, apps }: StageContext, after: readonly string[]): Stage {
  const { environment, name } = match;
  return sideBySide(
    migratedDatabases(environment.databases, apps).flatMap(({ database }) => {
      const { restorePoints } = database;
      if (restorePoints === null) return [];
      const kept = `the last ${count(restorePoints.keep, 'restore point')} are kept, for ${durationWords(restorePoints.forMs)}`;
      return [
        {
          id: `restore-point:${database.name}`,
          needs: after,
          title: `Restore point of ${database.name}`,
          reason: `before a migration of ${database.name} in ${name}, so that its data can be restored; ${kept}`,
          mutates: true,
          undo: null,
          timeoutMs: RESTORE_POINT_MS,
          action: { kind: 'restore-point' as const, database: database.name },
        },
      ];
    }),
  );
}
