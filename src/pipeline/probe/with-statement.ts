import type { ResolvedDatabase } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { SeenStatement } from '../flight/statement-log.ts';
import { statementPlace } from '../flight/statement-place.ts';
import { filesOfMigration } from '../flight/tables-of-migration.ts';
import { migrationFilesOf } from '../migration-files.ts';
import { migrationsInProgress, type StepScope } from '../step-scope.ts';

/**
 * The failure of a migration, with the statement at which it stopped and its file: many tools print only what the server
 * said. Every other error as it is.
 */
export async function withStatement(
  scope: StepScope,
  database: ResolvedDatabase,
  failure: unknown,
  failed: Pick<SeenStatement, 'sql' | 'error'> | null,
): Promise<unknown> {
  if (!(failure instanceof ToolError) || failure.code !== 'MIGRATION_FAILED') return failure;
  if (failed?.error == null) return failure;
  const { deps, input } = scope;
  const all =
    migrationsInProgress(scope) ?? (await migrationFilesOf(deps.source, input.environment, input.commit));
  const files = await filesOfMigration(scope, Object.keys(all[database.name] ?? {}));
  const { words, excerpt } = statementPlace(failed, files);
  const { message, sqlState } = failed.error;
  const { code, hint, retry, diagnostics, output, cause } = failure;
  return new ToolError(
    code,
    `${failure.message}. It stopped at ${words} (${message}, SQLSTATE ${sqlState}).`,
    {
      ...(hint === undefined ? {} : { hint }),
      retry,
      diagnostics,
      output: [...output, ...excerpt],
      cause,
    },
  );
}
