import { sideBySide, type Stage, type StageContext } from './stage.ts';

/** Around the command itself: a checkout of the commit. */
const CHECKOUT_MARGIN_MS = 60_000;

/** Fills the databases that ask for it with test data, after their migrations and before any app. */
export function seedStage({ match, isRehearsal }: StageContext, after: readonly string[]): Stage {
  return sideBySide(
    match.environment.databases.flatMap(({ name, seed }) => {
      if (seed === null || (seed.when === 'rehearse' && !isRehearsal)) return [];
      const where = seed.when === 'rehearse' ? 'a rehearsal' : match.name;
      return [
        {
          id: `seed:${name}`,
          needs: after,
          title: `Test data in ${name}`,
          reason: `seed: '${seed.command}' of databases.${name}, in ${where}, once in the life of the database`,
          mutates: true,
          undo: null,
          timeoutMs: seed.timeoutMs + CHECKOUT_MARGIN_MS,
          action: { kind: 'seed' as const, database: name },
        },
      ];
    }),
  );
}
