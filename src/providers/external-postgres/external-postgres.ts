import type { ResolvedDatabase } from '../../config/resolved.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { ConnectionPurpose, DatabasePlatform, ObservedDatabase } from '../database-platform.ts';
import { withPostgres } from '../postgres/connect-postgres.ts';
import { readPostgresUrl, type PostgresUrl } from '../postgres/postgres-url.ts';

/** What databases that somebody else runs need of the outside. */
export interface ExternalPostgresOptions {
  /** Reads a secret from the environment of this process. */
  readonly secret: (name: string) => string | undefined;
  /** Shorter, for tests. */
  readonly connectTimeoutMs?: number;
}

/** A look is no reason to wait: what cannot be reached from here by then may still be reached by the apps. */
const LOOK_MS = 5_000;

/** Databases that somebody else runs: their URL is the secret itself. They are used, and never made, copied or removed. */
export function createExternalPostgres(options: ExternalPostgresOptions): DatabasePlatform {
  const { secret } = options;
  return {
    observe: async (database) => observe(options, database),
    restorePoints: () => Promise.resolve([]),
    branches: () => Promise.resolve([]),
    names: () => Promise.resolve([]),
    async findProblems(databases) {
      const found = await Promise.all(databases.map(async (database) => findProblems(options, database)));
      return found.flat();
    },
    ensure: () => Promise.resolve({ created: false }),
    async address(database, purpose) {
      if (purpose.branch !== undefined || purpose.restorePoint !== undefined)
        throw notSupported(database, 'find a branch of');
      if (purpose.role !== undefined) throw notSupported(database, 'log in as somebody else to');
      const url = urlOf(database, purpose.use, secret);
      return { url, outsideUrl: url };
    },
    createRestorePoint: async (database) => refuse(database, 'keep a restore point of'),
    deleteRestorePoint: async (database) => refuse(database, 'remove a restore point of'),
    restore: async (database) => refuse(database, 'bring back the data of'),
    branch: async (database) => refuse(database, 'make a branch of'),
    deleteBranch: async (database) => refuse(database, 'remove a branch of'),
    detach: () => Promise.resolve(),
    // It is nobody's to destroy but its owner's.
    destroy: () => Promise.resolve(),
  };
}

async function observe(
  { secret, connectTimeoutMs = LOOK_MS }: ExternalPostgresOptions,
  database: ResolvedDatabase,
): Promise<ObservedDatabase | null> {
  const url = secret(database.secret) ?? '';
  if (url === '') return null;
  const nothing = { region: null, isProtected: false, restorableFrom: null };
  const platformName = readNamed(database, database.secret, url).host;
  try {
    const [row] = await withPostgres(url, { connectTimeoutMs }, async (client) => {
      const { rows } = await client.query<{ version: string; size: string }>(
        "select current_setting('server_version_num') as version, pg_database_size(current_database()) as size",
      );
      return rows;
    });
    const version = Math.floor(Number(row?.version) / 10_000);
    return { ...nothing, platformName, state: 'ready', version, sizeBytes: Number(row?.size) };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return { ...nothing, platformName, state: 'failed', version: null, sizeBytes: null };
  }
}

/** A URL that is none stops every deployment; a database that is not reached from here may be reached by the apps. */
async function findProblems(
  { secret, connectTimeoutMs = LOOK_MS }: ExternalPostgresOptions,
  database: ResolvedDatabase,
): Promise<Diagnostic[]> {
  const found: Diagnostic[] = [];
  for (const key of ['secret', 'directSecret'] as const) {
    const name = database[key];
    const url = name === null ? '' : (secret(name) ?? '');
    if (name === null || url === '') continue;
    const path = `databases.${database.name}.${key}`;
    try {
      readPostgresUrl(url);
      await withPostgres(url, { connectTimeoutMs }, async (client) => client.query('select 1'));
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      const severity = error.code === 'DATABASE_URL_INVALID' ? 'error' : 'warning';
      const hint = error.hint === undefined ? {} : { hint: error.hint };
      found.push({ severity, code: error.code, message: `${name}: ${error.message}`, ...hint, path });
    }
  }
  return found;
}

/** Throws SECRET_MISSING or DATABASE_URL_INVALID; no message shows the URL. */
function urlOf(
  database: ResolvedDatabase,
  use: ConnectionPurpose['use'],
  secret: ExternalPostgresOptions['secret'],
): string {
  const name = use === 'direct' ? (database.directSecret ?? database.secret) : database.secret;
  const value = secret(name) ?? '';
  if (value === '') {
    throw new ToolError(
      'SECRET_MISSING',
      `The secret ${name} with the URL of database ${database.name} is not set.`,
      { hint: `Set it in the environment of this command: export ${name}=…` },
    );
  }
  readNamed(database, name, value);
  return value;
}

/** Several databases may have a URL each: the error names the variable that holds the wrong one. */
function readNamed(database: ResolvedDatabase, variable: string, value: string): PostgresUrl {
  try {
    return readPostgresUrl(value);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const { code, message, hint } = error;
    throw new ToolError(code, `${variable}, for database ${database.name}: ${message}`, { hint });
  }
}

function refuse(database: ResolvedDatabase, what: string): never {
  throw notSupported(database, what);
}

function notSupported(database: ResolvedDatabase, what: string): ToolError {
  return new ToolError(
    'PROVIDER_NOT_SUPPORTED',
    `Glidepath cannot ${what} ${database.name}: it is external, and only a URL is known of it.`,
    { hint: 'Do it where the database runs, with the means of who runs it.' },
  );
}
