import type { Context } from 'hono';
import { badRequest } from '../api-error.ts';
import { queryInt } from '../request-body.ts';
import type { AppRecord } from '../records.ts';

/** Throws the API's 400 when the request asks for a newer version of the secrets (`min_version`) than there is. */
export function requireSecretsVersion(c: Context, app: AppRecord): void {
  const wanted = queryInt(c, 'min_version', { min: 0, max: Number.MAX_SAFE_INTEGER, fallback: 0 });
  if (wanted > app.secretsVersion)
    throw badRequest(
      `secrets version ${wanted} is not there yet, the app's secrets are at ${app.secretsVersion}`,
    );
}
