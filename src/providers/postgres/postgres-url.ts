import { ToolError } from '../../diagnostics/tool-error.ts';

/** Where a Postgres URL leads. */
export interface PostgresUrl {
  /** A name, an address, or the directory of a socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Empty where the URL has none. */
  readonly password: string;
  readonly database: string;
  /** As libpq names them; `prefer` where the URL says nothing. */
  readonly sslMode: SslMode;
  /** File with the certificates to trust, where the URL names one. */
  readonly sslRootCert: string | null;
  readonly isChannelBindingRequired: boolean;
  /** The `options` parameter: settings for the session, or the endpoint at Neon. */
  readonly options: string | null;
}

const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
/** How much of TLS is asked for. */
export type SslMode = (typeof SSL_MODES)[number];

const DEFAULT_PORT = 5432;
/** Names of this machine itself, where `prefer` need not ask for TLS first. */
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '::1']);

/** Reads a URL. Throws DATABASE_URL_INVALID; the message never shows the URL, for it may hold a password. */
export function readPostgresUrl(text: string): PostgresUrl {
  const url = parse(text);
  const parameters = url.searchParams;
  const host = parameters.get('host') ?? url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (host === '') throw invalid('it names no host');
  const user = parameters.get('user') ?? decoded(url.username, 'user');
  if (user === '') throw invalid('it names no user');
  return {
    host,
    port: portOf(url),
    user,
    password: parameters.get('password') ?? decoded(url.password, 'password'),
    // As libpq: a database of the user's own name.
    database: decoded(url.pathname.slice(1), 'database') || user,
    sslMode: sslModeOf(parameters.get('sslmode'), host),
    sslRootCert: parameters.get('sslrootcert'),
    isChannelBindingRequired: parameters.get('channel_binding') === 'require',
    options: parameters.get('options'),
  };
}

/** A database in words that may be printed: `shop at db.example.com:5432`. */
export function databaseWords({ database, host, port }: PostgresUrl): string {
  return `${database} at ${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function parse(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    // The error of `new URL` holds the text: it is not kept.
    throw invalid('it is not a URL; characters like @ : / ? # % in a password must be percent-encoded');
  }
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') {
    throw invalid(`it starts with ${url.protocol}// and not with postgresql://`);
  }
  return url;
}

function portOf(url: URL): number {
  const port = Number(url.searchParams.get('port') ?? (url.port === '' ? DEFAULT_PORT : url.port));
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw invalid('its port is not a number');
  return port;
}

function sslModeOf(written: string | null, host: string): SslMode {
  if (written === null) return LOOPBACK.has(host) || host.startsWith('/') ? 'disable' : 'prefer';
  const mode = SSL_MODES.find((known) => known === written);
  if (mode === undefined) throw invalid(`sslmode=${written} is none of ${SSL_MODES.join(', ')}`);
  return mode;
}

function decoded(part: string, what: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw invalid(`its ${what} is not percent-encoded as it should be: % is written %25`);
  }
}

function invalid(why: string): ToolError {
  return new ToolError('DATABASE_URL_INVALID', `The URL of the database cannot be used: ${why}.`, {
    hint: 'A URL looks like this: postgresql://user:password@host:5432/database',
  });
}
