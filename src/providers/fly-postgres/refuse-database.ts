import type { ResolvedDatabase } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';

/** What is said to somebody who would delete a database as if it were a branch of it. */
export function refuseDatabase(database: ResolvedDatabase, name: string): ToolError {
  return new ToolError(
    'PROVIDER_CONFLICT',
    `${name} is the database ${database.name} itself, not a branch of it.`,
    { hint: 'It belongs to its environment. List its branches: glidepath db branch <environment>' },
  );
}
