import type { CloudInfo } from '../../cloud/control/cloud-info.ts';
import type { ResolvedApp, ResolvedDatabase, ResolvedEnvironment } from '../../config/resolved.ts';
import { Secret } from '../../diagnostics/secret.ts';
import type { AppPlatform, AppPlatformReader } from '../../providers/app-platform.ts';
import type { SecretMemory } from '../../providers/fly/secrets/secret-memory.ts';
import type { Clock } from '../../util/clock.ts';
import type { Fetch } from '../../util/fetch.ts';
import type { LocalCloud } from './local-cloud.ts';
import type { Databases } from '../databases/open-databases.ts';
import type { SecretVault } from './secret-vault.ts';
import { tokenNotSet } from './token-not-set.ts';

/** By what a platform is opened: one token, used for one organization. */
export interface PlatformAccount {
  /** The name of the environment variable. */
  readonly token: string;
  readonly org: string;
}

/** The platforms of a project. Those of one account are one. */
export interface Platforms {
  /** Throws `SECRET_MISSING` when the token is not set. Nothing is sent before the platform is asked something. */
  open(account: PlatformAccount): AppPlatform;
  /** Null where there is no token for the environment, or its platform has no reader. */
  readerOf(environment: ResolvedEnvironment): AppPlatformReader | null;
  readonly databases: Databases;
}

/** What platforms are opened with. */
export interface PlatformDeps {
  /** The local cloud in place of the real platforms. */
  readonly cloud: LocalCloud | null;
  readonly vault: SecretVault;
  readonly clock: Clock;
  readonly fetch: Fetch;
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
  readonly secretMemory: SecretMemory;
}

/** Whose app it is; apps of Vercel have no organization on Fly. */
export function accountOfApp(app: ResolvedApp): PlatformAccount {
  return { token: app.token, org: app.platform === 'fly' ? app.org : app.orgId };
}

/** Whose database on Fly it is. */
function accountOfDatabase(database: ResolvedDatabase): PlatformAccount {
  return { token: database.token ?? '', org: database.org ?? '' };
}

/**
 * Opens platforms as they are needed, so that the token of an environment that is not worked on is neither read nor
 * asked for (invariant 7). For real a token is read from the environment of this process; the local cloud gives the
 * one of the organization.
 */
export async function openPlatforms(deps: PlatformDeps): Promise<Platforms> {
  const { cloud, vault, clock, fetch, random, secretMemory } = deps;
  const { createFlyPlatform, createFlyReader } = await import('../../providers/fly/fly-platform.ts');
  const { flyEndpoints } = await import('./fly-endpoints.ts');
  const { openDatabases } = await import('../databases/open-databases.ts');
  const endpoints = flyEndpoints({ cloud, fetch, read: (name) => vault.readPlain(name) });
  const known = new Map<string, AppPlatform>();
  const optionsFor = (account: PlatformAccount, token: Secret | (() => Promise<Secret>)) => ({
    ...endpoints,
    token,
    tokenName: account.token,
    fetch,
    clock,
    random,
    secretMemory,
  });
  const tokenOf = (account: PlatformAccount): Secret | (() => Promise<Secret>) | null => {
    if (cloud !== null && !cloud.isInJob) return localToken(cloud, account.org, vault);
    const value = vault.read(account.token) ?? '';
    return value === '' ? null : new Secret(value);
  };
  if (cloud !== null) vault.hide(cloud.token);
  return {
    databases: openDatabases({
      cloud,
      vault,
      clock,
      fetch,
      random,
      fly(database) {
        const account = accountOfDatabase(database);
        const token = tokenOf(account);
        return token === null ? null : optionsFor(account, token);
      },
    }),
    open(account) {
      const key = `${account.token} ${account.org}`;
      const existing = known.get(key);
      if (existing !== undefined) return existing;
      const token = tokenOf(account);
      if (token === null) throw tokenNotSet(account.token);
      const platform = createFlyPlatform(optionsFor(account, token));
      known.set(key, platform);
      return platform;
    },
    readerOf(environment) {
      const app = environment.apps.find((candidate) => candidate.platform === 'fly');
      if (app === undefined) return null;
      const account = accountOfApp(app);
      const token = tokenOf(account);
      return token === null ? null : createFlyReader(optionsFor(account, token));
    },
  };
}

/** Asks the local cloud once, when the token is first needed. */
function localToken(cloud: CloudInfo, org: string, vault: SecretVault): () => Promise<Secret> {
  let asked: Promise<Secret> | null = null;
  const ask = async (): Promise<Secret> => {
    const { organizationToken } = await import('../../cloud/control/client.ts');
    const value = await organizationToken(cloud, org);
    vault.hide(value);
    return new Secret(value);
  };
  return () => {
    asked ??= ask().catch((error: unknown) => {
      asked = null;
      throw error;
    });
    return asked;
  };
}
