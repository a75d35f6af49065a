import { durationWords } from '../words.ts';
import { gateStep } from './gate-steps.ts';
import { migratedDatabases } from './migrations-of.ts';
import type { PlanStep } from '../plan.ts';
import type { Stage, StageContext } from './stage.ts';

/** Starting both releases on throw-away apps, twice each; their health checks and smoke tests come on top. */
const TRIALS_MS = 15 * 60_000;
/** {old code, new code} × {old schema, new schema}, and the old code once more on each. */
const TRIALS = 6;
/** Making a branch, starting and removing it, around the migrations themselves. */
const BRANCH_MARGIN_MS = 15 * 60_000;

/**
 * Tries the migrations on throw-away branches and asks the gate, where an environment has it: after all that comes
 * before a migration, and before anything of the real database changes.
 */
export function probeStage(context: StageContext, after: readonly string[]): Stage {
  const { environment, name } = context.match;
  const gate = environment.gates.find(({ kind }) => kind === 'safe-migrations');
  if (gate?.kind !== 'safe-migrations') return { steps: [], last: [] };
  const probes = migratedDatabases(environment.databases, context.apps).map(
    ({ database, migrations }): PlanStep => ({
      id: `probe:${database.name}`,
      needs: after,
      title: `Probe the migration of ${database.name}`,
      reason: `gates: [safeMigrations()] of ${name}: run on a throwaway branch of ${database.name}, where the locks of each statement are read and the live release is tested on the result; nobody may be blocked for more than ${durationWords(gate.blocksAtMostMs)}`,
      // What it makes it takes away again.
      mutates: false,
      undo: null,
      timeoutMs: migrations.reduce(
        (sum, { migrate }) => sum + migrate.timeoutMs,
        BRANCH_MARGIN_MS + trialsMs(context),
      ),
      action: { kind: 'probe', database: database.name },
    }),
  );
  if (probes.length === 0) return { steps: [], last: [] };
  const asked = gateStep(
    context,
    gate,
    probes.map(({ id }) => id),
  );
  return { steps: [...probes, asked], last: [asked.id] };
}

function trialsMs({ apps, match }: StageContext): number {
  const health = Math.max(0, ...apps.map((app) => app.health?.withinMs ?? 0));
  return TRIALS_MS + TRIALS * (health + (match.environment.smoke?.withinMs ?? 0));
}
