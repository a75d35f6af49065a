import type { ResolvedDatabase } from '../../config/resolved.ts';
import { ERROR_CODES } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { DatabaseFacts } from '../../pipeline/read-database-facts.ts';
import type { CommandContext } from '../command-context.ts';
import { withProgress } from '../progress.ts';

/** What the tables of a database are like, or why that is not known. */
export interface ReadFacts {
  readonly facts: DatabaseFacts | null;
  readonly note: string | null;
}

/**
 * Asks an environment's database for its tables. One that cannot be reached from here is noted: the findings are the same,
 * only how grave they are is not known. Throws what the user can mend: a token that is not set.
 */
export async function readFacts(
  context: CommandContext,
  environment: string,
  database: ResolvedDatabase | null,
): Promise<ReadFacts> {
  if (database === null) {
    return { facts: null, note: `${environment} has no database that these migrations belong to.` };
  }
  try {
    return { facts: await askDatabase(context, environment, database), note: null };
  } catch (error) {
    if (!(error instanceof ToolError) || ERROR_CODES[error.code].kind === 'user') throw error;
    context.interrupt.throwIfAborted();
    const note = `The tables of ${environment} are not known, so nothing is judged by their size: ${error.message}`;
    return { facts: null, note };
  }
}

async function askDatabase(
  context: CommandContext,
  environment: string,
  database: ResolvedDatabase,
): Promise<DatabaseFacts> {
  const { openWorkbench } = await import('../wiring.ts');
  const { withPostgres } = await import('../../providers/postgres/connect-postgres.ts');
  const { readDatabaseFacts } = await import('../../pipeline/read-database-facts.ts');
  const workbench = await openWorkbench(context);
  try {
    const platform = workbench.deps.databasePlatformOf(database);
    return await withProgress(context, `Reading the tables of ${environment}`, async () => {
      const { url, outsideUrl } = await platform.address(database, { use: 'direct' }, context.interrupt);
      const options = { signal: context.interrupt, settings: { statement_timeout: '30s' } };
      return withPostgres(outsideUrl ?? url, options, (client) =>
        readDatabaseFacts(client, workbench.clock, context.interrupt),
      );
    });
  } finally {
    await workbench.close();
  }
}
