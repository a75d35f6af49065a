import type { PlatformWork } from '../app-platform.ts';
import type { ResolvedFlyApp } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { hasStatus, isOutcomeUnknown } from './client/fly-api-error.ts';
import type { FlyClient } from './client/fly-client.ts';
import { appPath, nullIfMissing } from './client/machines-api.ts';
import type { Volume, VolumesApi } from './volumes/volumes-api.ts';

/**
 * Makes the app and, for one with a port, its addresses: free shared IPv4, IPv6, and a private IPv6 on the proxy, by
 * which other apps reach it as `.flycast` and wake it. Looks first; what is there is left as it is.
 */
export async function ensureFlyApp(
  client: FlyClient,
  app: ResolvedFlyApp,
  name: string,
  work: PlatformWork,
): Promise<void> {
  await ensureAppExists(client, app, name, work);
  if (app.port !== null) await ensureAddresses(client, name, ADDRESS_TYPES, work);
}

/** The names of all apps of an organization, as far as the token sees them. */
export async function appNamesOf(client: FlyClient, org: string): Promise<readonly string[]> {
  const answer = (await client.send({
    method: 'GET',
    path: '/v1/apps',
    query: { org_slug: org },
    resource: `the apps of ${org}`,
    subject: org,
  })) as { apps?: readonly { name: string }[] | null };
  return (answer.apps ?? []).map(({ name }) => name);
}

/** Whose an app is, and by which token. */
type Owner = Pick<ResolvedFlyApp, 'org' | 'token'>;

/** Makes the app unless it is there. */
export async function ensureAppExists(
  client: FlyClient,
  owner: Owner,
  name: string,
  work: PlatformWork,
): Promise<void> {
  if (await appExists(client, owner, name, work.signal)) return;
  await createApp(client, owner, name, work);
  work.log(`app ${name} created in ${owner.org}`);
}

/** Gives an app the addresses that it lacks. */
export async function ensureAddresses(
  client: FlyClient,
  name: string,
  types: readonly AddressType[],
  work: PlatformWork,
): Promise<void> {
  const present = await addressTypes(client, name, work.signal);
  for (const type of types) {
    if (present.has(type)) continue;
    const body = { type };
    await client.send({ ...addressRequest(name, 'POST'), body, signal: work.signal });
    work.log(`app ${name}: address ${type} assigned`);
  }
}

/** What destroying an app needs to know. */
export interface AppRemoval {
  readonly client: FlyClient;
  readonly volumes: Pick<VolumesApi, 'list'>;
  /** Whether its volumes were made to go with it, as those of a review app. */
  readonly isEphemeral: boolean;
}

/**
 * Removes the app with all its machines. One that is gone is no error. Its volumes go with it, which is said of each;
 * where they were made to stay, the app stays too and PROVIDER_CONFLICT is thrown.
 */
export async function destroyFlyApp(removal: AppRemoval, name: string, work: PlatformWork): Promise<void> {
  const volumes = (await removal.volumes.list(name, work.signal)) ?? [];
  const words = volumes.map(
    ({ id, name: label, size_gb, region }) => `${id} (${label}, ${size_gb} GB in ${region})`,
  );
  if (volumes.length > 0 && !removal.isEphemeral) throw hasVolumes(name, volumes, words);
  const request = {
    method: 'DELETE',
    path: appPath(name),
    query: { force: true },
    isRepeatable: true,
  } as const;
  for (const one of words) work.log(`volume ${one} goes with app ${name}`);
  await nullIfMissing(
    removal.client.send({ ...request, resource: `app ${name}`, subject: name, signal: work.signal }),
  );
  work.log(`app ${name} destroyed`);
}

function hasVolumes(name: string, volumes: readonly Volume[], words: readonly string[]): ToolError {
  const one = volumes.length === 1;
  return new ToolError(
    'PROVIDER_CONFLICT',
    `The app ${name} has ${one ? 'a volume' : `${volumes.length} volumes`}, which would go with it: ${words.join(', ')}.`,
    {
      hint: `Destroy ${one ? 'it' : 'them'} by name first: ${volumes.map(({ id }) => `fly volumes destroy ${id} -a ${name}`).join(' && ')}`,
    },
  );
}

const ADDRESS_TYPES = ['shared_v4', 'v6', 'private_v6'] as const;

type AddressType = (typeof ADDRESS_TYPES)[number];

async function appExists(client: FlyClient, app: Owner, name: string, signal: AbortSignal): Promise<boolean> {
  try {
    const request = { method: 'GET', path: appPath(name), resource: `app ${name}`, subject: name } as const;
    return (await nullIfMissing(client.send({ ...request, signal }))) !== null;
  } catch (error) {
    // 403 on a name: another organization holds it.
    if (hasStatus(error, 403)) throw nameTaken(app, name, error);
    throw error;
  }
}

async function createApp(client: FlyClient, app: Owner, name: string, work: PlatformWork): Promise<void> {
  const request = { method: 'POST', path: '/v1/apps', resource: `app ${name}`, subject: name } as const;
  try {
    await client.send({ ...request, body: { name, org_slug: app.org }, signal: work.signal });
  } catch (error) {
    if (isOutcomeUnknown(error) && (await appExists(client, app, name, work.signal))) return;
    if (hasStatus(error, 422) && error.code === 'PROVIDER_CONFLICT') {
      if (await appExists(client, app, name, work.signal)) return;
      throw nameTaken(app, name, error);
    }
    // Either the token may not create apps here, or the name is held; asking for the app tells which.
    if (hasStatus(error, 403)) await appExists(client, app, name, work.signal);
    throw error;
  }
}

function nameTaken(app: Owner, name: string, cause: unknown): ToolError {
  return new ToolError('PROVIDER_CONFLICT', `The app name ${name} belongs to another organization on Fly.`, {
    hint: `Names are global on Fly: choose another for this app in glidepath.config.ts. If it is yours, ${app.token} is no token of its organization.`,
    cause,
  });
}

async function addressTypes(client: FlyClient, name: string, signal: AbortSignal): Promise<Set<AddressType>> {
  const answer = (await client.send({ ...addressRequest(name, 'GET'), signal })) as {
    ips?: readonly { ip: string; shared?: boolean }[] | null;
  } | null;
  return new Set((answer?.ips ?? []).map((address) => typeOf(address)));
}

/** The answer names no type: a private address is one of Fly's private range, fdaa::/16. */
function typeOf(address: { ip: string; shared?: boolean }): AddressType {
  if (!address.ip.includes(':')) return 'shared_v4';
  return address.ip.startsWith('fdaa:') ? 'private_v6' : 'v6';
}

function addressRequest<M extends 'GET' | 'POST'>(
  name: string,
  method: M,
): { method: M; path: string; resource: string; subject: string } {
  return {
    method,
    path: `${appPath(name)}/ip_assignments`,
    resource: `the addresses of app ${name}`,
    subject: name,
  };
}
