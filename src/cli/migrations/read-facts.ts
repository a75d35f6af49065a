import type { ResolvedDatabase } from '../../config/resolved.ts';
import type { DatabaseFacts } from '../../pipeline/read-database-facts.ts';
import type { CommandContext } from '../command-context.ts';
import { withProgress } from '../progress.ts';

/**
 * What the tables of an environment's database are like; null where its migrations belong to no database. Throws what
 * keeps it from being reached.
 */
export async function readFacts(
  context: CommandContext,
  environment: string,
  database: ResolvedDatabase | null,
): Promise<DatabaseFacts | null> {
  if (database === null) return null;
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
