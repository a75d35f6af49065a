import type { ResolvedDatabase } from '../../config/resolved.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { DatabasePlatformReader, ObservedDatabase } from '../../providers/database-platform.ts';

/** One database of an environment as `status` shows it. */
export interface DatabaseStatus {
  readonly name: string;
  readonly provider: ResolvedDatabase['provider'];
  /** Null where it is not there, or could not be seen. */
  readonly seen: ObservedDatabase | null;
  /** Why it could not be seen; null where it was, or where it is not there. */
  readonly problem: Pick<Diagnostic, 'code' | 'message' | 'hint'> | null;
}

/** Looks at a database; what cannot be seen is said and stops nothing. */
export async function readDatabaseStatus(
  database: ResolvedDatabase,
  readerOf: (database: ResolvedDatabase) => DatabasePlatformReader | null,
): Promise<DatabaseStatus> {
  const { name, provider } = database;
  const unseen = (code: Diagnostic['code'], message: string, hint: string | undefined): DatabaseStatus => ({
    name,
    provider,
    seen: null,
    problem: { code, message, ...(hint === undefined ? {} : { hint }) },
  });
  const reader = readerOf(database);
  if (reader === null) {
    const token = database.token ?? '';
    return unseen(
      'SECRET_MISSING',
      `The token ${token} of database ${name} is not set.`,
      `export ${token}=…`,
    );
  }
  try {
    return { name, provider, seen: await reader.observe(database), problem: null };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return unseen(error.code, error.message, error.hint);
  }
}
