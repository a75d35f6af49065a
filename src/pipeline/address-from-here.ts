import type { ResolvedDatabase } from '../config/resolved.ts';
import { ToolError } from '../diagnostics/tool-error.ts';
import type { ConnectionPurpose } from '../providers/database-platform.ts';
import type { PipelineDeps } from './pipeline-deps.ts';

/** The URL by which this process reaches a database. Throws DATABASE_UNREACHABLE where none leads there. A secret. */
export async function addressFromHere(
  deps: Pick<PipelineDeps, 'databasePlatformOf'>,
  database: ResolvedDatabase,
  purpose: ConnectionPurpose,
  signal: AbortSignal,
): Promise<string> {
  const { outsideUrl } = await deps.databasePlatformOf(database).address(database, purpose, signal);
  if (outsideUrl !== null) return outsideUrl;
  const name = database.platformName ?? database.name;
  throw new ToolError(
    'DATABASE_UNREACHABLE',
    `${name} is reached only inside the private network of its platform.`,
    { hint: `Open a way in: fly proxy 15432:5432 -a ${name}` },
  );
}
