/**
 * What an environment variable may be set to, as written in the config: text, or a reference made by `secret`,
 * `urlOf`, `publicUrlOf` or `databaseUrlOf`. `A` and `D` are the names of the apps and databases that may be named.
 */
export type EnvInput<A extends string = string, D extends string = string> =
  | string
  | SecretReference
  | UrlReference<A>
  | PublicUrlReference<A>
  | DatabaseUrlReference<D>;

/** Variables by name. */
export type EnvInputs<A extends string = string, D extends string = string> = Readonly<
  Record<string, EnvInput<A, D>>
>;

/** The value of a variable of Glidepath's own environment, sent to the platform as a secret. */
export interface SecretReference {
  readonly kind: 'secret';
  readonly name: string;
}

/** The private address of an app: what other apps of the same environment call. */
export interface UrlReference<A extends string = string> {
  readonly kind: 'url-of';
  readonly app: A;
}

/** The public address of an app: what a browser calls. */
export interface PublicUrlReference<A extends string = string> {
  readonly kind: 'public-url-of';
  readonly app: A;
}

/** The connection URL of a database, sent as a secret. */
export interface DatabaseUrlReference<D extends string = string> {
  readonly kind: 'database-url';
  readonly database: D;
}
