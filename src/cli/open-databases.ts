import type { ResolvedDatabase } from '../config/resolved.ts';
import { ToolError } from '../diagnostics/tool-error.ts';
import type { DatabasePlatform, DatabasePlatformReader } from '../providers/database-platform.ts';
import { createExternalPostgres } from '../providers/external-postgres/external-postgres.ts';
import {
  createFlyPostgresPlatform,
  createFlyPostgresReader,
  type FlyPostgresOptions,
} from '../providers/fly-postgres/fly-postgres-platform.ts';
import { unreachable } from '../util/assert.ts';
import type { SecretVault } from './secret-vault.ts';
import { tokenNotSet } from './token-not-set.ts';

/** The platforms behind the databases of a project. Those of one account are one. */
export interface Databases {
  /** Throws `SECRET_MISSING` when the token is not set. Nothing is sent before the platform is asked something. */
  open(database: ResolvedDatabase): DatabasePlatform;
  /** Null where its token is not set. */
  readerOf(database: ResolvedDatabase): DatabasePlatformReader | null;
}

/** What database platforms are opened with. */
export interface DatabaseDeps {
  readonly vault: SecretVault;
  /** Null where the token of this database is not set. */
  readonly fly: (database: ResolvedDatabase) => FlyPostgresOptions | null;
}

/** Opens them as they are needed, so that the token of an environment that is not worked on is not read (invariant 7). */
export function openDatabases({ vault, fly }: DatabaseDeps): Databases {
  const known = new Map<string, DatabasePlatform>();
  const external = createExternalPostgres({ secret: (name) => vault.read(name) });
  const platformOf = (database: ResolvedDatabase): DatabasePlatform | null => {
    switch (database.provider) {
      case 'fly-postgres': {
        const options = fly(database);
        return options === null ? null : createFlyPostgresPlatform(options);
      }
      case 'external':
        return external;
      case 'neon':
        throw notYet(database);
      default:
        return unreachable(database.provider);
    }
  };
  return {
    open(database) {
      const key = `${database.provider} ${database.token} ${database.org}`;
      const existing = known.get(key);
      if (existing !== undefined) return existing;
      const platform = platformOf(database);
      if (platform === null) throw tokenNotSet(database.token ?? '');
      const hiding = withHiddenAddresses(platform, vault);
      known.set(key, hiding);
      return hiding;
    },
    readerOf(database) {
      if (database.provider === 'external') return external;
      if (database.provider === 'neon') return null;
      const options = fly(database);
      return options === null ? null : createFlyPostgresReader(options);
    },
  };
}

/** Addresses hold passwords: from the moment they are known here, no event and no line shows them. */
function withHiddenAddresses(platform: DatabasePlatform, vault: SecretVault): DatabasePlatform {
  return {
    ...platform,
    async address(database, purpose, signal) {
      const address = await platform.address(database, purpose, signal);
      for (const url of [address.url, address.outsideUrl]) {
        if (url === null) continue;
        vault.hide(url);
        const { password } = new URL(url);
        vault.hide(password);
        vault.hide(decodeURIComponent(password));
      }
      return address;
    },
  };
}

function notYet({ name }: ResolvedDatabase): ToolError {
  return new ToolError(
    'PROVIDER_NOT_SUPPORTED',
    `The database ${name} is on Neon, which this version can plan but not carry out.`,
  );
}
