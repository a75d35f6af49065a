import type { ResolvedDatabase, ResolvedEnvironment } from '../../config/resolved.ts';
import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { DatabasePlatform } from '../../providers/database-platform.ts';
import { utcTime } from '../../util/utc-time.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { requirePlace } from '../environment/require-place.ts';
import { databaseOf } from '../databases/database-of.ts';
import { ofSeveral } from '../databases/of-several.ts';
import { databaseWork } from '../databases/database-work.ts';
import { requireUsableName } from '../databases/kept-name.ts';
import { isKeptShorter, keptFor } from '../databases/kept-for.ts';
import { writeJson } from '../output.ts';
import { withProgress } from '../progress.ts';
import { paint } from '../views/text/paint.ts';
import { localHint } from '../views/problem.ts';
import type { Workbench } from '../workbench.ts';
import { openBench } from './deploy.ts';

/** What is typed after `db backup`. */
export interface TypedBackup {
  readonly environment: string;
  readonly database: string | null;
  readonly name: string | null;
  /** A duration, or `ever`. */
  readonly for: string | null;
  /** Deletes the one of that name. */
  readonly delete: boolean;
}

/** As long as is needed to find out that something is wrong, where nothing is said. */
const KEPT = '7d';

/** What it is done to. */
interface Asked {
  readonly environment: ResolvedEnvironment;
  readonly database: ResolvedDatabase;
  readonly typed: TypedBackup;
}

/** `glidepath db backup <env>`: keeps the state of a database as a restore point, or deletes one. */
export async function dbBackup(context: CommandContext, typed: TypedBackup): Promise<ExitCode> {
  await using bench = await openBench(context);
  const environment = requirePlace(bench.project, typed.environment);
  const database = databaseOf(environment, typed.database);
  const asked = { environment, database, typed };
  return typed.delete ? await deleteBackup(context, bench, asked) : await makeBackup(context, bench, asked);
}

async function makeBackup(
  context: CommandContext,
  bench: Workbench,
  { environment, database, typed }: Asked,
): Promise<ExitCode> {
  const keptMs = keptFor(typed.for, KEPT);
  const id = bench.newRunId();
  const name = typed.name ?? `by-hand-${id.replace('run-', '')}`;
  requireUsableName(name);
  const platform = bench.deps.databasePlatformOf(database);
  if (typed.name !== null) await requireNew(platform, database, typed.name);
  const expiresAt = keptMs === null ? null : bench.clock.now() + keptMs;
  const work = databaseWork(context, bench, environment, id);
  const point = await withProgress(context, `Keeping the state of ${database.name}`, () =>
    platform.createRestorePoint(database, { name, expiresAt }, work),
  );
  const written = `glidepath db restore ${environment.name}${ofSeveral(environment, database)} --to-restore-point ${point.name}`;
  const command = localHint(written, context.isLocal);
  const { output } = context;
  if (output.json) {
    writeJson(output, {
      environment: environment.name,
      database: database.name,
      restorePoint: point,
      command,
    });
    return EXIT.ok;
  }
  const { green, cyan, dim, yellow } = paint(output.color);
  const until = point.expiresAt === null ? 'until somebody removes it' : `until ${utcTime(point.expiresAt)}`;
  output.write(
    `  ${green('✓')} ${database.name} of ${environment.name} as of ${utcTime(point.at)} is kept as ${point.name}, ${dim(until)}\n`,
  );
  if (isKeptShorter(expiresAt, point.expiresAt))
    output.write(`  ${yellow('!')} Not for ${typed.for ?? '7d'}: ${goesSooner(database)}\n`);
  output.write(`  ${cyan('→')} ${command}\n`);
  return EXIT.ok;
}

/** Nobody who asks for a backup of now means one of last week. */
async function requireNew(
  platform: DatabasePlatform,
  database: ResolvedDatabase,
  name: string,
): Promise<void> {
  const there = (await platform.restorePoints(database)).find((point) => point.name === name);
  if (there === undefined) return;
  throw new ToolError('CLI_USAGE', `There is a restore point ${name} already, of ${utcTime(there.at)}.`, {
    hint: `Choose another name, or delete it: glidepath db backup <environment> --name ${name} --delete`,
  });
}

function goesSooner({ provider }: ResolvedDatabase): string {
  return provider === 'fly-postgres'
    ? "Fly deletes a snapshot when the retention of its volume is over; set restorePoints: { for: '60d' } and deploy to extend it."
    : 'the platform deletes it then.';
}

async function deleteBackup(
  context: CommandContext,
  bench: Workbench,
  { environment, database, typed: { name } }: Asked,
): Promise<ExitCode> {
  if (name === null)
    throw new ToolError('CLI_USAGE', 'Name the restore point to delete: --name.', {
      hint: 'See them: glidepath db restore <environment>',
    });
  const platform = bench.deps.databasePlatformOf(database);
  const there = (await platform.restorePoints(database)).find((point) => point.name === name);
  if (there?.isOurs === false)
    throw new ToolError(
      'CLI_USAGE',
      `${name} is not a restore point made by Glidepath, so it is not deleted.`,
      {
        hint: 'It expires on its own, or delete it on the platform.',
      },
    );
  const work = databaseWork(context, bench, environment, bench.newRunId());
  if (there !== undefined) {
    const removal = await withProgress(context, `Deleting ${name}`, () =>
      platform.deleteRestorePoint(database, name, work),
    );
    if (!removal.isGone)
      throw new ToolError('PROVIDER_CONFLICT', `${name} cannot be deleted: ${removal.because}.`, {
        hint: `It can still be restored: glidepath db restore <environment> --to-restore-point ${name}`,
      });
  }
  const { output } = context;
  const deleted = there !== undefined;
  if (output.json)
    writeJson(output, { environment: environment.name, database: database.name, deleted, name });
  else
    output.write(
      deleted ? `  ${name} is deleted.\n` : `  There is no restore point ${name}; nothing to delete.\n`,
    );
  return EXIT.ok;
}
