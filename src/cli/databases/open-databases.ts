import type { ResolvedDatabase } from '../../config/resolved.ts';
import { Secret } from '../../diagnostics/secret.ts';
import type { DatabasePlatform, DatabasePlatformReader } from '../../providers/database-platform.ts';
import { createExternalPostgres } from '../../providers/external-postgres/external-postgres.ts';
import {
  createFlyPostgresPlatform,
  createFlyPostgresReader,
  type FlyPostgresOptions,
} from '../../providers/fly-postgres/fly-postgres-platform.ts';
import type { NeonOptions } from '../../providers/neon/neon-options.ts';
import { createNeonPlatform, createNeonReader } from '../../providers/neon/neon-platform.ts';
import { unreachable } from '../../util/assert.ts';
import type { Clock } from '../../util/clock.ts';
import type { Fetch } from '../../util/fetch.ts';
import type { LocalCloud } from '../platforms/local-cloud.ts';
import { neonBaseUrl } from '../platforms/neon-endpoints.ts';
import type { SecretVault } from '../platforms/secret-vault.ts';
import { tokenNotSet } from '../platforms/token-not-set.ts';

/** The platforms behind the databases of a project. Those of one account are one. */
export interface Databases {
  /** Throws `SECRET_MISSING` when the token is not set. Nothing is sent before the platform is asked something. */
  open(database: ResolvedDatabase): DatabasePlatform;
  /** Null where its token is not set. */
  readerOf(database: ResolvedDatabase): DatabasePlatformReader | null;
}

/** What database platforms are opened with. */
export interface DatabaseDeps {
  /** The local cloud in place of the real platforms. */
  readonly cloud: LocalCloud | null;
  readonly vault: SecretVault;
  readonly clock: Clock;
  readonly fetch: Fetch;
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
  /** Null where the token of this database is not set. */
  readonly fly: (database: ResolvedDatabase) => FlyPostgresOptions | null;
}

/** Opens them as they are needed, so that the token of an environment that is not worked on is not read (invariant 7). */
export function openDatabases(deps: DatabaseDeps): Databases {
  const { vault } = deps;
  const known = new Map<string, DatabasePlatform>();
  const external = createExternalPostgres({ secret: (name) => vault.read(name) });
  const platformOf = (database: ResolvedDatabase): DatabasePlatform | null => {
    switch (database.provider) {
      case 'fly-postgres':
        return given(deps.fly(database), createFlyPostgresPlatform);
      case 'neon':
        return given(neonOptions(deps, database), createNeonPlatform);
      case 'external':
        return external;
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
      switch (database.provider) {
        case 'fly-postgres':
          return given(deps.fly(database), createFlyPostgresReader);
        case 'neon':
          return given(neonOptions(deps, database), createNeonReader);
        case 'external':
          return external;
        default:
          return unreachable(database.provider);
      }
    },
  };
}

function given<A, B>(options: A | null, create: (options: A) => B): B | null {
  return options === null ? null : create(options);
}

/** For real with the key of this environment, on the local cloud with the cloud's own token. */
function neonOptions(deps: DatabaseDeps, { token }: ResolvedDatabase): NeonOptions | null {
  const { cloud, vault, clock, fetch, random } = deps;
  const tokenName = token ?? '';
  const value = cloud === null || cloud.isInJob ? (vault.read(tokenName) ?? '') : cloud.token;
  if (value === '') return null;
  const apiBaseUrl = neonBaseUrl(cloud, (name) => vault.readPlain(name));
  return { apiBaseUrl, token: new Secret(value), tokenName, clock, fetch, random };
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
