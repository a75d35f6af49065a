import { removeContainers } from '../containers/left-containers.ts';
import type { EngineClient } from '../containers/engine-client.ts';
import { EngineError } from '../containers/engine-client.ts';
import { CHECK_LABEL, isOwnerGone } from './check-owner.ts';

interface Labelled {
  readonly Labels?: Readonly<Record<string, string>> | null;
}

/** Removes what processes that are no more have left in the engine: containers, then their networks and volumes. */
export async function removeLeftCheckContainers(client: EngineClient): Promise<void> {
  const filters = JSON.stringify({ label: [CHECK_LABEL] });
  const containers = (await client.json({
    method: 'GET',
    path: '/containers/json',
    query: { all: '1', filters },
  })) as readonly (Labelled & { readonly Id: string })[];
  await removeContainers(
    client,
    containers.filter(isLeft).map(({ Id }) => Id),
  );
  const networks = (await client.json({
    method: 'GET',
    path: '/networks',
    query: { filters },
  })) as readonly (Labelled & { readonly Id: string })[];
  for (const { Id } of networks.filter(isLeft)) await removeCheckNetwork(client, Id);
  const { Volumes } = (await client.json({ method: 'GET', path: '/volumes', query: { filters } })) as {
    readonly Volumes: readonly (Labelled & { readonly Name: string })[] | null;
  };
  for (const { Name } of (Volumes ?? []).filter(isLeft)) await removeCheckVolume(client, Name);
}

/** Removes a volume; one that is gone, or somebody is removing, is left alone. */
export async function removeCheckVolume(client: EngineClient, name: string): Promise<void> {
  await remove(client, `/volumes/${name}`);
}

/** Removes a network; one that is gone, or somebody is removing, is left alone. */
export async function removeCheckNetwork(client: EngineClient, id: string): Promise<void> {
  await remove(client, `/networks/${id}`);
}

async function remove(client: EngineClient, path: string): Promise<void> {
  await client.json({ method: 'DELETE', path }).catch((error: unknown) => {
    if (!(error instanceof EngineError)) throw error;
  });
}

function isLeft({ Labels }: Labelled): boolean {
  return isOwnerGone(Labels?.[CHECK_LABEL] ?? '');
}
