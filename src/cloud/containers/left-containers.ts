import { CLOUD_LABEL } from './container-body.ts';
import { removeNetwork } from './container-network.ts';
import type { ContainerAnswer } from './container-process.ts';
import { EngineError } from './engine-client.ts';
import type { EngineClient } from './engine-client.ts';

/** Every container of a cloud, ended ones too, known by its label. */
export async function containersOf(client: EngineClient, cloud: string): Promise<readonly ContainerAnswer[]> {
  const filters = JSON.stringify({ label: [`${CLOUD_LABEL}=${cloud}`] });
  const listed = (await client.json({
    method: 'GET',
    path: '/containers/json',
    query: { all: '1', filters },
  })) as readonly { readonly Id: string }[];
  const answers = await Promise.all(
    listed.map(({ Id }) => client.jsonOrNull({ method: 'GET', path: `/containers/${Id}/json` })),
  );
  return answers.filter((answer) => answer !== null) as ContainerAnswer[];
}

/** Ends and removes containers; those that are gone, or going, already are no error. */
export async function removeContainers(client: EngineClient, ids: readonly string[]): Promise<void> {
  await Promise.all(
    ids.map((id) =>
      client
        .jsonOrNull({ method: 'DELETE', path: `/containers/${id}`, query: { force: '1', v: '1' } })
        .catch((error: unknown) => {
          // 409: somebody is removing it at this moment.
          if (!(error instanceof EngineError) || error.status !== 409) throw error;
        }),
    ),
  );
}

/** Removes an image that no container uses; one that is used, or gone, is left alone. */
export async function removeImage(client: EngineClient, name: string): Promise<void> {
  await client.json({ method: 'DELETE', path: `/images/${name}` }).catch((error: unknown) => {
    if (!(error instanceof EngineError)) throw error;
  });
}

/** Removes every container of a cloud, and its network; returns how many containers there were. */
export async function removeCloudFrom(client: EngineClient, cloud: string): Promise<number> {
  const left = await containersOf(client, cloud);
  await removeContainers(
    client,
    left.map(({ Id }) => Id),
  );
  await removeNetwork(client, cloud);
  return left.length;
}
