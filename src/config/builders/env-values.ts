import type {
  DatabaseUrlReference,
  PublicUrlReference,
  SecretReference,
  UrlReference,
} from '../definition/env-input.ts';

/** The value of a variable of Glidepath's own environment: read when deploying, sent as a secret, written nowhere. */
export function secret(name: string): SecretReference {
  return { kind: 'secret', name };
}

/** The private address of an app, for other apps of the same environment. */
export function urlOf<const A extends string>(app: A): UrlReference<A> {
  return { kind: 'url-of', app };
}

/** The public address of an app. */
export function publicUrlOf<const A extends string>(app: A): PublicUrlReference<A> {
  return { kind: 'public-url-of', app };
}

/** The connection URL of a database. Apps with a `database` have it already, under the database's `secret`. */
export function databaseUrlOf<const D extends string>(database: D): DatabaseUrlReference<D> {
  return { kind: 'database-url', database };
}
