import type { ResolvedDatabase, ResolvedEnvironment } from '../../config/resolved.ts';
import { nameHint } from '../../config/did-you-mean.ts';
import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { restoreLoss, type RestoreLoss } from '../../pipeline/restore-loss.ts';
import type { RestoreMoment, Trigger } from '../../plan/plan.ts';
import { utcTime } from '../../util/utc-time.ts';
import { carryOut } from '../runs/carry-out.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { requirePlace } from '../environment/require-place.ts';
import { readHistory } from '../github/read-history.ts';
import { requireAllowed } from '../github/require-allowed.ts';
import { confirmByName } from '../runs/confirm-by-name.ts';
import { databaseOf } from '../databases/database-of.ts';
import { exampleMoment } from '../databases/example-moment.ts';
import { ofSeveral } from '../databases/of-several.ts';
import { requireNotHidden } from '../databases/require-not-hidden.ts';
import { databaseWork } from '../databases/database-work.ts';
import { writeJson } from '../output.ts';
import { parseMoment } from '../databases/parse-moment.ts';
import { withProgress } from '../progress.ts';
import { renderRestorePoints } from '../views/database/restore-points.ts';
import { renderRestoreLoss } from '../views/database/restore-loss.ts';
import { localHint } from '../views/problem.ts';
import type { Workbench } from '../workbench.ts';
import { openBench } from './deploy.ts';
import { planFor } from './plan.ts';

/** What is typed after `db restore`. */
export interface TypedRestore {
  readonly environment: string;
  readonly database: string | null;
  readonly to: string | null;
  readonly toRestorePoint: string | null;
  /** The environment's name again, where nobody can be asked. */
  readonly confirm: string | null;
  /** Only says what would be lost. */
  readonly dryRun: boolean;
}

/**
 * `glidepath db restore <env>`: brings data back to a moment or a restore point, with what is there now kept beside it.
 * Without a target it says what can be gone back to.
 */
export async function dbRestore(context: CommandContext, typed: TypedRestore): Promise<ExitCode> {
  await using bench = await openBench(context);
  const environment = requirePlace(bench.project, typed.environment);
  const database = databaseOf(environment, typed.database);
  // What only looks may be asked by anything.
  if (!typed.dryRun && (typed.to ?? typed.toRestorePoint) !== null) {
    requireAllowed(context, bench, {
      command: 'restore',
      environment,
      confirm: null,
      isConfirmedElsewhere: true,
    });
    await readHistory(context, bench, [environment.name]);
  }
  const target = await targetOf(context, bench, database, typed);
  if (target === null) return await sayWhatThereIs(context, bench, environment, database);
  await requireInWindow(bench, database, target);
  if (target.kind === 'time')
    await requireNotHidden(context, bench, { environment, database, at: target.at });
  const loss = await withProgress(context, 'Looking at the earlier data', () =>
    lossOf(context, bench, environment, database, target),
  );
  if (typed.dryRun && context.output.json) writeJson(context.output, { target, loss });
  else if (!context.output.json)
    context.output.write(
      renderRestoreLoss(loss, {
        environment: environment.name,
        database: database.name,
        target,
        now: bench.clock.now(),
        color: context.output.color,
      }),
    );
  if (typed.dryRun) return EXIT.ok;
  await confirmByName(context, {
    name: environment.name,
    confirmed: typed.confirm,
    what: `This replaces the data of ${database.name} in ${environment.name}`,
  });
  const trigger: Trigger = {
    kind: 'restore',
    environment: environment.name,
    database: database.name,
    target,
  };
  return await carryOutRestore(context, bench, environment, trigger);
}

async function carryOutRestore(
  context: CommandContext,
  bench: Workbench,
  environment: ResolvedEnvironment,
  trigger: Trigger,
): Promise<ExitCode> {
  const live = bench.history.live(environment.name);
  const liveRelease = live === null ? null : { id: live.release.id, commit: live.release.commit };
  const observed = { environments: { [environment.name]: { liveRelease, apps: {}, databases: {} } } };
  const [deployment] = planFor(bench.project, trigger, observed).deployments;
  if (deployment === undefined) return EXIT.ok;
  if (!context.output.json) for (const note of deployment.notes) context.output.write(`  ${note}\n`);
  return carryOut(context, bench, {
    deployment,
    environment,
    trigger,
    commit: live?.release.commit ?? '',
    ref: live?.release.ref ?? '',
    release: live?.release ?? null,
  });
}

/** Null where none was typed. */
async function targetOf(
  context: CommandContext,
  bench: Workbench,
  database: ResolvedDatabase,
  { to, toRestorePoint }: TypedRestore,
): Promise<RestoreMoment | null> {
  if (to !== null && toRestorePoint !== null)
    throw new ToolError('CLI_USAGE', '--to and --to-restore-point cannot be combined.', {
      hint: 'Use one of them.',
    });
  if (to !== null) return { kind: 'time', at: parseMoment(to, bench.clock.now()) };
  if (toRestorePoint === null) return null;
  const points = await withProgress(context, 'Listing the restore points', () =>
    bench.deps.databasePlatformOf(database).restorePoints(database),
  );
  const point = points.find(({ name }) => name === toRestorePoint);
  if (point !== undefined) return { kind: 'restore-point', name: point.name, at: point.at };
  throw new ToolError(
    'DATABASE_UNKNOWN_RESTORE_POINT',
    `${database.name} has no restore point "${toRestorePoint}".`,
    {
      hint:
        points.length === 0
          ? 'There is none yet: glidepath db backup <environment>'
          : nameHint(
              toRestorePoint,
              points.map(({ name }) => name),
              'restore points',
            ),
    },
  );
}

/** Said before anybody is asked anything. */
async function requireInWindow(
  bench: Workbench,
  database: ResolvedDatabase,
  target: RestoreMoment,
): Promise<void> {
  const platform = bench.deps.databasePlatformOf(database);
  const observed = await platform.observe(database);
  if (observed === null)
    throw new ToolError('PROVIDER_NOT_FOUND', `${database.platformName ?? database.name} is not there.`, {
      hint: 'Deploy to create it: glidepath deploy <environment>',
    });
  if (target.kind === 'restore-point') return;
  if (target.at > bench.clock.now())
    throw new ToolError('DATABASE_OUTSIDE_WINDOW', `${new Date(target.at).toISOString()} is in the future.`, {
      hint: 'Name a moment in the past, or how long ago it was: --to 15m',
    });
  if (observed.restorableFrom === null) {
    const elsewhere = backupsElsewhere(database);
    throw new ToolError(
      'DATABASE_OUTSIDE_WINDOW',
      elsewhere === null
        ? `${database.name} can only be restored to its restore points, not to any moment.`
        : `${database.name} cannot be restored in place.`,
      { hint: elsewhere ?? 'See them: glidepath db restore <environment>' },
    );
  }
  if (target.at < observed.restorableFrom)
    throw new ToolError(
      'DATABASE_OUTSIDE_WINDOW',
      `${database.name} can be restored to ${utcTime(observed.restorableFrom)} or later, not to ${utcTime(target.at)}.`,
      { hint: 'Name a later moment, or a restore point.' },
    );
}

async function lossOf(
  context: CommandContext,
  bench: Workbench,
  environment: ResolvedEnvironment,
  database: ResolvedDatabase,
  target: RestoreMoment,
): Promise<RestoreLoss> {
  const work = databaseWork(context, bench, environment, bench.newRunId());
  return restoreLoss(bench.deps, { environment: environment.name, database, target }, work);
}

async function sayWhatThereIs(
  context: CommandContext,
  bench: Workbench,
  environment: ResolvedEnvironment,
  database: ResolvedDatabase,
): Promise<ExitCode> {
  const platform = bench.deps.databasePlatformOf(database);
  const [observed, points] = await withProgress(context, 'Listing the restore points', () =>
    Promise.all([platform.observe(database), platform.restorePoints(database)]),
  );
  const restorableFrom = observed?.restorableFrom ?? null;
  const { output } = context;
  if (output.json)
    writeJson(output, {
      environment: environment.name,
      database: database.name,
      restorableFrom,
      restorePoints: points,
    });
  else {
    const several = ofSeveral(environment, database);
    const next =
      points.length === 0 && restorableFrom === null
        ? (backupsElsewhere(database) ?? `To make one: glidepath db backup ${environment.name}${several}`)
        : null;
    const now = bench.clock.now();
    const isHidden = (at: number): boolean =>
      bench.history.restoreThatHid(environment.name, database.name, at) !== null;
    output.write(
      renderRestorePoints(points, {
        environment: environment.name,
        database: database.name,
        several,
        restorableFrom,
        example: exampleMoment({ from: restorableFrom ?? now, now, isHidden }),
        now,
        color: output.color,
        isLocal: context.isLocal,
      }),
    );
    if (next !== null)
      output.write(
        `  → ${localHint(next.replaceAll('<environment>', `${environment.name}${several}`), context.isLocal)}\n`,
      );
  }
  return EXIT.ok;
}

/** Who keeps backups of a database that Glidepath can keep none of; null where it can. */
function backupsElsewhere({ provider, fly }: ResolvedDatabase): string | null {
  if (provider === 'external') return 'It is external: whoever runs it keeps its backups.';
  return fly?.managed === true
    ? 'Fly restores a Managed Postgres only into a new cluster: glidepath db branch <environment> <name> --at <time>, or from a backup: fly mpg backup list, fly mpg restore'
    : null;
}
