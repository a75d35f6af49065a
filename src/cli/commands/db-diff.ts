import { EXIT } from '../../diagnostics/error-codes.ts';
import { diffSchemas } from '../../migrations/schema/diff-schemas.ts';
import type { DatabaseSchema, SchemaObject } from '../../migrations/schema/database-schema.ts';
import { databaseOf, parsePlace } from '../databases/database-of.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { addressFromHere } from '../../pipeline/address-from-here.ts';
import { namingEnvironment } from '../environment/naming-environment.ts';
import { writeJson } from '../output.ts';
import { withProgress } from '../progress.ts';
import { renderSchemaDiff } from '../views/database/schema-diff.ts';
import type { Workbench } from '../workbench.ts';
import { openBench, requireEnvironment } from './deploy.ts';

/** What is typed after `db diff`. */
export interface TypedDiff {
  /** Environments, or `environment:branch`. */
  readonly left: string;
  readonly right: string;
  readonly database: string | null;
  /** Whether differences end it with 3. */
  readonly exitCode: boolean;
}

/** `glidepath db diff <left> <right>`: how the schema of one differs from the other's. Reads catalogs, changes nothing. */
export async function dbDiff(context: CommandContext, typed: TypedDiff): Promise<ExitCode> {
  await using bench = await openBench(context);
  const [left, right] = await withProgress(context, 'Reading two schemas', () =>
    Promise.all([typed.left, typed.right].map((place) => schemaOf(context, bench, place, typed.database))),
  );
  const differences = left === undefined || right === undefined ? [] : diffSchemas(left, right);
  if (context.output.json)
    writeJson(context.output, {
      left: typed.left,
      right: typed.right,
      isSame: differences.length === 0,
      differences,
    });
  else
    context.output.write(
      renderSchemaDiff(differences, {
        left: typed.left,
        right: typed.right,
        objects: left?.objects.length ?? 0,
        color: context.output.color,
      }),
    );
  return differences.length > 0 && typed.exitCode ? EXIT.changesPending : EXIT.ok;
}

async function schemaOf(
  context: CommandContext,
  bench: Workbench,
  place: string,
  name: string | null,
): Promise<DatabaseSchema> {
  const { environment, branch } = parsePlace(place);
  const database = databaseOf(requireEnvironment(bench.project, environment), name);
  const purpose = { use: 'direct' as const, ...(branch === null ? {} : { branch }) };
  const url = await namingEnvironment(environment, () =>
    addressFromHere(bench.deps, database, purpose, context.interrupt),
  );
  const [{ withPostgres }, { readSchema }] = await Promise.all([
    import('../../providers/postgres/connect-postgres.ts'),
    import('../../providers/postgres/read-schema.ts'),
  ]);
  const rows = await withPostgres(url, { signal: context.interrupt }, readSchema);
  return { objects: rows.map((row) => row as SchemaObject) };
}
