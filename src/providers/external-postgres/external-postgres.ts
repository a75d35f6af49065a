import type { ResolvedDatabase } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { ConnectionPurpose, DatabasePlatform } from '../database-platform.ts';

/** What databases that somebody else runs need of the outside. */
export interface ExternalPostgresOptions {
  /** Reads a secret from the environment of this process. */
  readonly secret: (name: string) => string | undefined;
}

/** Databases that somebody else runs: their URL is the secret itself. They are used, and never made, copied or removed. */
export function createExternalPostgres({ secret }: ExternalPostgresOptions): DatabasePlatform {
  return {
    async observe(database) {
      const url = (secret(database.secret) ?? '') === '' ? null : urlOf(database, { use: 'app' }, secret);
      if (url === null) return null;
      return {
        platformName: new URL(url).hostname,
        state: 'ready',
        region: null,
        version: null,
        sizeBytes: null,
        isProtected: true,
        restorableFrom: null,
      };
    },
    restorePoints: () => Promise.resolve([]),
    branches: () => Promise.resolve([]),
    findProblems: () => Promise.resolve([]),
    ensure: () => Promise.resolve({ created: false }),
    async address(database, purpose) {
      const url = urlOf(database, purpose, secret);
      return { url, outsideUrl: url };
    },
    createRestorePoint: async (database) => notSupported(database, 'keep a restore point of'),
    deleteRestorePoint: async (database) => notSupported(database, 'remove a restore point of'),
    restore: async (database) => notSupported(database, 'go back with'),
    branch: async (database) => notSupported(database, 'make a branch of'),
    deleteBranch: async (database) => notSupported(database, 'remove a branch of'),
    detach: () => Promise.resolve(),
    destroy: () => Promise.resolve(),
  };
}

function urlOf(
  database: ResolvedDatabase,
  { use }: ConnectionPurpose,
  secret: ExternalPostgresOptions['secret'],
): string {
  const name = use === 'direct' ? (database.directSecret ?? database.secret) : database.secret;
  const value = secret(name) ?? '';
  if (value !== '') return value;
  throw new ToolError(
    'SECRET_MISSING',
    `The secret ${name} with the URL of database ${database.name} is not set.`,
    { hint: `Set it in the environment of this command: export ${name}=…` },
  );
}

function notSupported(database: ResolvedDatabase, what: string): never {
  throw new ToolError(
    'PROVIDER_NOT_SUPPORTED',
    `Glidepath cannot ${what} ${database.name}: it is external, and only a URL is known of it.`,
    { hint: 'Do it where the database runs, with the means of who runs it.' },
  );
}
