import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { diffSchemas } from '../../migrations/schema/diff-schemas.ts';
import type { DatabaseSchema, SchemaObject } from '../../migrations/schema/database-schema.ts';
import { databaseOf, parsePlace } from '../databases/database-of.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { requirePlace } from '../environment/require-place.ts';
import { addressFromHere } from '../../pipeline/address-from-here.ts';
import { namingEnvironment } from '../environment/naming-environment.ts';
import { writeJson } from '../output.ts';
import { withProgress } from '../progress.ts';
import { renderSchemaDiff } from '../views/database/schema-diff.ts';
import type { Workbench } from '../workbench.ts';
import { openBench } from './deploy.ts';

/** What is typed after `db diff`. */
export interface TypedDiff {
  /** Environments, or `environment:branch`. */
  readonly left: string;
  readonly right: string;
  readonly database: string | null;
  /** Variables of this process that hold the URL of a side, where the config's own would not do; null: not typed. */
  readonly leftUrlFrom: string | null;
  readonly rightUrlFrom: string | null;
  /** Whether differences end it with 3. */
  readonly exitCode: boolean;
}

/** One side of a comparison. */
interface Side {
  readonly schema: DatabaseSchema;
  /** Tells it from every other database: no two servers started in the same microsecond. */
  readonly identity: string;
  /** What was asked for the URL, in words for people. */
  readonly from: string;
}

/** `glidepath db diff <left> <right>`: how the schema of one differs from the other's. Reads catalogs, changes nothing. */
export async function dbDiff(context: CommandContext, typed: TypedDiff): Promise<ExitCode> {
  await using bench = await openBench(context);
  const [left, right] = await withProgress(context, 'Reading two schemas', () =>
    Promise.all([
      sideOf(context, bench, { place: typed.left, name: typed.database, urlFrom: typed.leftUrlFrom }),
      sideOf(context, bench, { place: typed.right, name: typed.database, urlFrom: typed.rightUrlFrom }),
    ]),
  );
  requireTwo(typed, left, right);
  const differences = diffSchemas(left.schema, right.schema);
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
        objects: left.schema.objects.length,
        color: context.output.color,
      }),
    );
  return differences.length > 0 && typed.exitCode ? EXIT.changesPending : EXIT.ok;
}

/** A comparison of a database with itself finds nothing, and would say that all is well. */
function requireTwo({ left, right }: TypedDiff, one: Side, other: Side): void {
  if (one.identity !== other.identity) return;
  const isByName = left === right && one.from === other.from;
  throw new ToolError(
    'CLI_USAGE',
    isByName
      ? `${left} was to be compared with itself.`
      : `${left} and ${right} are the same database here: the URL of one comes from ${one.from}, that of the other from ${other.from}.`,
    {
      hint: isByName
        ? 'Name two: glidepath db diff staging production'
        : `Name a variable for each: glidepath db diff ${left} ${right} --left-url-from LEFT_URL --right-url-from RIGHT_URL`,
    },
  );
}

async function sideOf(
  context: CommandContext,
  bench: Workbench,
  asked: { place: string; name: string | null; urlFrom: string | null },
): Promise<Side> {
  const { url, from } = await urlOf(context, bench, asked);
  const [{ withPostgres }, { readSchema }] = await Promise.all([
    import('../../providers/postgres/connect-postgres.ts'),
    import('../../providers/postgres/read-schema.ts'),
  ]);
  return withPostgres(url, { signal: context.interrupt }, async (client) => {
    const { rows } = await client.query<{ identity: string }>(IDENTITY);
    const objects = (await readSchema(client)).map((row) => row as SchemaObject);
    return { schema: { objects }, identity: rows[0]?.identity ?? '', from };
  });
}

const IDENTITY = `select format('%s/%s', extract(epoch from pg_postmaster_start_time()), oid) as identity
  from pg_database where datname = current_database()`;

async function urlOf(
  context: CommandContext,
  bench: Workbench,
  { place, name, urlFrom }: { place: string; name: string | null; urlFrom: string | null },
): Promise<{ readonly url: string; readonly from: string }> {
  const { environment, branch } = parsePlace(place);
  const database = databaseOf(requirePlace(bench.project, environment), name);
  if (urlFrom !== null) return { url: readUrl(bench, urlFrom), from: urlFrom };
  const purpose = { use: 'direct' as const, ...(branch === null ? {} : { branch }) };
  const url = await namingEnvironment({ environment, database: name }, () =>
    addressFromHere(bench.deps, database, purpose, context.interrupt),
  );
  const variable = database.directSecret ?? database.secret;
  return { url, from: database.provider === 'external' ? variable : place };
}

function readUrl(bench: Workbench, variable: string): string {
  const url = bench.vault.read(variable) ?? '';
  if (url !== '') return url;
  throw new ToolError('SECRET_MISSING', `The variable ${variable}, which should hold a URL, is not set.`, {
    hint: `Set it: export ${variable}=postgresql://…`,
  });
}
