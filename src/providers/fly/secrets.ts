import type { PlatformWork } from '../app-platform.ts';
import type { FlyClient } from './fly-client.ts';
import { appPath } from './machines-api.ts';

/** A secret as listed. Its digest is of an unpublished kind, so that nothing can be compared with it. */
interface ListedSecret {
  readonly name: string;
  /** Only with `show_secrets`, and only where the token may. */
  readonly value?: string;
}

/**
 * Sets the secrets that are missing or differ, once per step; returns the version that machines must start with.
 *
 * Where the token may read values (`show_secrets`) only what differs is sent. Where it may not, all are: how Fly
 * computes the digests it lists is not published. Only the version is journaled, never a value.
 */
export async function setAppSecrets(
  client: FlyClient,
  app: string,
  values: Readonly<Record<string, string>>,
  work: PlatformWork,
): Promise<number | null> {
  return work.once(journalKey(app), async () => {
    const wanted = Object.entries(values);
    if (wanted.length === 0) return null;
    const current = await readSecrets(client, app, work.signal);
    const differing = wanted.filter(([name, value]) => current.secrets.get(name) !== value);
    if (differing.length === 0) return current.version;
    const answer = (await client.send({
      method: 'POST',
      path: `${appPath(app)}/secrets`,
      body: { values: Object.fromEntries(differing) },
      resource: `the secrets of app ${app}`,
      subject: app,
      isRepeatable: true,
      signal: work.signal,
    })) as { version?: number; Version?: number } | null;
    work.log(
      `secrets set: ${differing
        .map(([name]) => name)
        .sort()
        .join(', ')}`,
    );
    return answer?.version ?? answer?.Version ?? null;
  });
}

/** The version that `setAppSecrets` of the same step returned, or null. */
export function recordedSecretsVersion(work: PlatformWork, app: string): number | null {
  const version = work.recorded(journalKey(app));
  return typeof version === 'number' ? version : null;
}

function journalKey(app: string): string {
  return `secrets/${app}`;
}

async function readSecrets(
  client: FlyClient,
  app: string,
  signal: AbortSignal,
): Promise<{ secrets: Map<string, string | undefined>; version: number | null }> {
  const answer = (await client.send({
    method: 'GET',
    path: `${appPath(app)}/secrets`,
    query: { show_secrets: true },
    resource: `the secrets of app ${app}`,
    subject: app,
    signal,
  })) as { secrets?: readonly ListedSecret[] | null; version?: number } | null;
  const listed = answer?.secrets ?? [];
  return {
    secrets: new Map(listed.map((secret) => [secret.name, secret.value])),
    version: answer?.version ?? null,
  };
}
