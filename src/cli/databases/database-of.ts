import { nameHint } from '../../config/did-you-mean.ts';
import type { ResolvedDatabase, ResolvedEnvironment } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';

/** The database that a command is about: the one that is named, or the only one. Throws CLI_USAGE. */
export function databaseOf(environment: ResolvedEnvironment, name: string | null): ResolvedDatabase {
  const { databases } = environment;
  const names = databases.map((database) => database.name);
  if (name === null && databases.length > 1)
    throw new ToolError('CLI_USAGE', `${environment.name} has ${databases.length} databases; name one.`, {
      hint: `Add --database ${names.join(' or --database ')}`,
    });
  const found = databases.find((database) => name === null || database.name === name);
  if (found !== undefined) return found;
  throw name === null
    ? new ToolError('CLI_USAGE', `${environment.name} has no database.`, {
        hint: 'Write databases: { main: … } in glidepath.config.ts.',
      })
    : new ToolError('CLI_USAGE', `There is no database "${name}" in ${environment.name}.`, {
        hint: nameHint(name, names, 'databases'),
      });
}

/** A database of an environment, or a branch beside it. */
export interface DatabasePlace {
  readonly environment: string;
  /** Null: the environment's own. */
  readonly branch: string | null;
}

/** Reads `staging`, or `staging:a-branch`. Throws CLI_USAGE. */
export function parsePlace(written: string): DatabasePlace {
  const colon = written.indexOf(':');
  if (colon === -1) return { environment: written, branch: null };
  const [environment, branch] = [written.slice(0, colon), written.slice(colon + 1)];
  if (environment !== '' && branch !== '') return { environment, branch };
  throw new ToolError(
    'CLI_USAGE',
    `"${written}" has no ${environment === '' ? 'environment before' : 'branch after'} its colon.`,
    {
      hint: `Write an environment, or an environment and a branch: ${environment || 'staging'}:${branch || 'try'}`,
    },
  );
}
