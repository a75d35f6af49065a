import type { ResolvedDatabase } from '../config/resolved.ts';
import { ToolError } from '../diagnostics/tool-error.ts';
import type { ConnectionPurpose } from '../providers/database-platform.ts';
import type { Workbench } from './wiring.ts';

/** The URL by which this process reaches a database. Throws DATABASE_UNREACHABLE where none leads there. A secret. */
export async function outsideAddress(
  bench: Workbench,
  database: ResolvedDatabase,
  purpose: ConnectionPurpose,
  signal: AbortSignal,
): Promise<string> {
  const { outsideUrl } = await bench.deps.databasePlatformOf(database).address(database, purpose, signal);
  if (outsideUrl !== null) return outsideUrl;
  throw new ToolError(
    'DATABASE_UNREACHABLE',
    `${database.platformName ?? database.name} is reached only inside its platform's private network.`,
    { hint: `Open a way in: fly proxy 15432:5432 -a ${database.platformName ?? '<app>'}` },
  );
}
