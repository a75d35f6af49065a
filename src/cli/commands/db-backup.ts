import { parseDuration } from '../../config/resolve/parse-duration.ts';
import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { utcTime } from '../../util/utc-time.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { databaseOf } from '../database-of.ts';
import { databaseWork } from '../database-work.ts';
import { writeJson } from '../output.ts';
import { withProgress } from '../progress.ts';
import { paint } from '../views/paint.ts';
import { localHint } from '../views/problem.ts';
import { openBench, requireEnvironment } from './deploy.ts';

/** What is typed after `db backup`. */
export interface TypedBackup {
  readonly environment: string;
  readonly database: string | null;
  readonly name: string | null;
  /** A duration, or `ever`. */
  readonly for: string | null;
}

/** As long as is needed to find out that something is wrong, where nothing is said. */
const KEPT_MS = 7 * 86_400_000;

/** `glidepath db backup <env>`: keeps the state of a database as a restore point. */
export async function dbBackup(context: CommandContext, typed: TypedBackup): Promise<ExitCode> {
  await using bench = await openBench(context);
  const environment = requireEnvironment(bench.project, typed.environment);
  const database = databaseOf(environment, typed.database);
  const keptMs = keptFor(typed.for);
  const id = bench.newRunId();
  const name = typed.name ?? `by-hand-${id.replace('run-', '')}`;
  const expiresAt = keptMs === null ? null : bench.clock.now() + keptMs;
  const work = databaseWork(context, bench, environment, id);
  const point = await withProgress(context, `Keeping the state of ${database.name}`, () =>
    bench.deps.databasePlatformOf(database).createRestorePoint(database, { name, expiresAt }, work),
  );
  const { output } = context;
  const several = environment.databases.length > 1 ? ` --database ${database.name}` : '';
  const command = localHint(
    `glidepath db restore ${environment.name}${several} --to-restore-point ${point.name}`,
    context.isLocal,
  );
  if (output.json)
    writeJson(output, {
      environment: environment.name,
      database: database.name,
      restorePoint: point,
      command,
    });
  else {
    const { green, cyan, dim } = paint(output.color);
    const until =
      point.expiresAt === null ? 'until somebody removes it' : `until ${utcTime(point.expiresAt)}`;
    output.write(
      `  ${green('✓')} ${database.name} of ${environment.name} as of ${utcTime(point.at)} is kept as ${point.name}, ${dim(until)}\n`,
    );
    output.write(`  ${cyan('→')} ${command}\n`);
  }
  return EXIT.ok;
}

/** Null: for ever. */
function keptFor(written: string | null): number | null {
  if (written === null) return KEPT_MS;
  if (written === 'ever') return null;
  const ms = parseDuration(written);
  if (ms !== null) return ms;
  throw new ToolError('CLI_USAGE', `"${written}" is not a duration.`, {
    hint: 'Write --for 7d, or --for ever.',
  });
}
