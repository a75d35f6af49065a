import { NeonApiError, refused } from './neon-error.ts';

/** Names that Postgres, Neon or the local server keep for themselves. */
const RESERVED = {
  role: /^(?:postgres|pg_.*|neon_.*|cloud_admin|neon_superuser|zenith_admin|public|none|glidepath.*)$/i,
  database: /^(?:postgres|template[01]|glidepath.*)$/i,
} as const;
const BYTES_MAX = 63;

/** Throws the API's 422 for a name that is kept, its 409 for one that is taken, and 400 for one that is none. */
export function requireFreeName(kind: 'role' | 'database', name: string, taken: readonly string[]): void {
  if (name === '' || name.includes('\0') || Buffer.byteLength(name) > BYTES_MAX)
    throw new NeonApiError(400, `invalid ${kind} name`);
  if (RESERVED[kind].test(name)) throw refused(`${kind} name '${name}' is reserved`);
  if (taken.includes(name)) throw new NeonApiError(409, `${kind} with name '${name}' already exists`);
}
