import { createHash } from 'node:crypto';
import type { ResolvedDatabase } from '../../../config/resolved.ts';

/** The longest name that Postgres keeps whole (NAMEDATALEN, less one). */
const IDENTIFIER_MAX = 63;
/** What an app's name on Fly may be long, as part of a host name. */
const APP_NAME_MAX = 63;
const HASH_LENGTH = 6;

/** The app that a database is. */
export function appNameOf(database: ResolvedDatabase): string {
  return database.platformName ?? database.name;
}

/** Its organization. */
export function orgOf(database: ResolvedDatabase): string {
  return database.org ?? 'personal';
}

/**
 * What the database inside is called, and the login that owns it: the app's name as SQL writes names, without the ending
 * that tells it from the app it belongs to. `shop-staging-db` has `shop_staging`. Pure.
 */
export function sqlNameOf(database: ResolvedDatabase): string {
  const words = appNameOf(database)
    .toLowerCase()
    .replace(/-db$/, '')
    .replaceAll(/[^a-z0-9_]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  const name = /^[a-z]/.test(words) ? words : `db_${words}`;
  // `postgres` is the superuser's, and what begins with `pg_` the server's.
  return cut(name === 'postgres' || name.startsWith('pg_') ? `app_${name}` : name, IDENTIFIER_MAX, '_');
}

/** The app of a branch, which stands beside that of its database. Pure. */
export function branchAppName(database: ResolvedDatabase, branch: string): string {
  const words = `${appNameOf(database)}-${branch}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return cut(words, APP_NAME_MAX, '-');
}

/** A name that is too long ends with a part of its hash, so that two of them stay two. */
function cut(name: string, max: number, joint: string): string {
  if (name.length <= max) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH);
  return `${name.slice(0, max - HASH_LENGTH - 1)}${joint}${hash}`;
}
