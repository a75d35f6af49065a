import type { PlatformWork } from '../../app-platform.ts';
import type { FlyClient } from '../client/fly-client.ts';
import { appPath, nullIfMissing } from '../client/machines-api.ts';
import type { RememberedSecret, SecretMemory } from './secret-memory.ts';

/** A secret as listed. Its digest is of an unpublished kind: it can be compared with an earlier one and nothing else. */
interface ListedSecret {
  readonly name: string;
  readonly digest?: string;
  /** Only with `show_secrets`, and only where the token may. */
  readonly value?: string;
}

/** The secrets of an app as the API answers them; the version comes with a change only. */
interface SecretsAnswer {
  readonly secrets?: readonly ListedSecret[] | null;
  readonly version?: number;
  readonly Version?: number;
}

/** What setting secrets works with. */
export interface SecretsContext {
  readonly client: FlyClient;
  /** Null: nothing is remembered, so that what cannot be read is sent each time. */
  readonly memory: SecretMemory | null;
}

/**
 * Sets the secrets that are missing or differ, once per step; returns the version that machines must start with.
 *
 * Whether one differs is told by its value where the token may read it (`show_secrets`); else by the fingerprint of
 * what was sent last, as long as the platform's digest has not changed since. A secret that is the same is not sent:
 * each one sent raises the version, and machines would restart for nothing. Only the version is journaled.
 */
export async function setAppSecrets(
  { client, memory }: SecretsContext,
  app: string,
  values: Readonly<Record<string, string>>,
  work: PlatformWork,
): Promise<number | null> {
  return work.once(journalKey(app), async () => {
    const wanted = Object.entries(values);
    if (wanted.length === 0) return null;
    const current = await listSecrets(client, app, { showValues: true, signal: work.signal });
    const known = memory?.recall(app) ?? { version: null, secrets: {} };
    const differing: Record<string, string> = {};
    for (const [name, value] of wanted) {
      const isSame = await isUnchanged({ memory, app, name, value }, current.get(name), known.secrets[name]);
      if (!isSame) differing[name] = value;
    }
    if (Object.keys(differing).length === 0) return known.version;
    const answer = await sendSecrets(client, app, differing, work.signal);
    const version = answer?.version ?? answer?.Version ?? null;
    await remember(memory, app, differing, { version, listed: answer?.secrets ?? [] });
    work.log(`secrets set: ${Object.keys(differing).toSorted().join(', ')}`);
    return version;
  });
}

/** The version that `setAppSecrets` of the same step returned, or null. */
export function recordedSecretsVersion(work: PlatformWork, app: string): number | null {
  const version = work.recorded(journalKey(app));
  return typeof version === 'number' ? version : null;
}

/** The names of the secrets that are set; null when there is no such app. */
export async function secretNames(client: FlyClient, app: string): Promise<readonly string[] | null> {
  const answer = await nullIfMissing(listSecrets(client, app, { showValues: false }));
  return answer === null ? null : [...answer.keys()];
}

function journalKey(app: string): string {
  return `secrets/${app}`;
}

interface Wanted {
  readonly memory: SecretMemory | null;
  readonly app: string;
  readonly name: string;
  readonly value: string;
}

async function isUnchanged(
  { memory, app, name, value }: Wanted,
  listed: ListedSecret | undefined,
  known: RememberedSecret | undefined,
): Promise<boolean> {
  if (listed === undefined) return false;
  if (listed.value !== undefined) return listed.value === value;
  if (memory === null || known === undefined) return false;
  if (known.digest !== null && listed.digest !== undefined && known.digest !== listed.digest) return false;
  return known.fingerprint === (await memory.fingerprint(app, name, value));
}

async function remember(
  memory: SecretMemory | null,
  app: string,
  sent: Readonly<Record<string, string>>,
  answer: { version: number | null; listed: readonly ListedSecret[] },
): Promise<void> {
  if (memory === null) return;
  const secrets: Record<string, RememberedSecret> = {};
  for (const [name, value] of Object.entries(sent)) {
    const digest = answer.listed.find((secret) => secret.name === name)?.digest ?? null;
    secrets[name] = { fingerprint: await memory.fingerprint(app, name, value), digest };
  }
  memory.remember(app, { version: answer.version, secrets });
}

async function sendSecrets(
  client: FlyClient,
  app: string,
  values: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<SecretsAnswer | null> {
  const request = { method: 'POST', path: `${appPath(app)}/secrets`, body: { values } } as const;
  const about = { resource: `the secrets of app ${app}`, subject: app, isRepeatable: true };
  return (await client.send({ ...request, ...about, signal })) as SecretsAnswer | null;
}

async function listSecrets(
  client: FlyClient,
  app: string,
  { showValues, signal }: { showValues: boolean; signal?: AbortSignal },
): Promise<ReadonlyMap<string, ListedSecret>> {
  const answer = (await client.send({
    method: 'GET',
    path: `${appPath(app)}/secrets`,
    query: showValues ? { show_secrets: true } : {},
    resource: `the secrets of app ${app}`,
    subject: app,
    signal,
  })) as SecretsAnswer | null;
  return new Map((answer?.secrets ?? []).map((secret) => [secret.name, secret]));
}
