import { EXIT } from '../../diagnostics/error-codes.ts';
import { databaseOf, parsePlace } from '../databases/database-of.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { requirePlace } from '../environment/require-place.ts';
import { addressFromHere } from '../../pipeline/address-from-here.ts';
import { writeJson } from '../output.ts';
import { withProgress } from '../progress.ts';
import { openBench } from './deploy.ts';

/** What is typed after `db url`. */
export interface TypedUrl {
  /** An environment, or `environment:branch`. */
  readonly place: string;
  readonly database: string | null;
  readonly role: string | null;
  /** Through the pooler, as apps connect where the config says so. */
  readonly pooled: boolean;
  /** As the platform's own machines connect. */
  readonly inside: boolean;
}

/** `glidepath db url <env>`: prints the URL and nothing else, for `psql "$(glidepath db url staging)"`. It is a secret. */
export async function dbUrl(context: CommandContext, typed: TypedUrl): Promise<ExitCode> {
  await using bench = await openBench(context);
  const { environment: name, branch } = parsePlace(typed.place);
  const environment = requirePlace(bench.project, name);
  const database = databaseOf(environment, typed.database);
  const purpose = {
    use: typed.pooled ? ('app' as const) : ('direct' as const),
    ...(branch === null ? {} : { branch }),
    ...(typed.role === null ? {} : { role: typed.role }),
  };
  const url = await withProgress(context, `Reading the address of ${database.name}`, async () =>
    typed.inside
      ? (await bench.deps.databasePlatformOf(database).address(database, purpose, context.interrupt)).url
      : addressFromHere(bench.deps, database, purpose, context.interrupt),
  );
  const { output } = context;
  if (output.json)
    writeJson(output, {
      environment: environment.name,
      database: database.name,
      branch,
      variable: database.secret,
      url,
    });
  else {
    if (output.isTty)
      output.error('This URL contains a password, which stays in the scrollback of your terminal.\n');
    output.write(`${url}\n`);
  }
  return EXIT.ok;
}
