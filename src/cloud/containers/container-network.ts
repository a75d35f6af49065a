import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { CLOUD_LABEL } from './container-body.ts';
import { EngineError } from './engine-client.ts';
import type { EngineClient } from './engine-client.ts';

/** The network that the containers of one cloud are on. */
export interface ContainerNetwork {
  readonly name: string;
  /**
   * The address of this computer on it; null where the engine runs in a virtual machine of its own, which then sees to
   * it itself that containers find the host.
   */
  readonly hostAddress: string | null;
}

interface NetworkAnswer {
  readonly IPAM?: {
    readonly Config?: readonly { readonly Gateway?: string; readonly Subnet?: string }[] | null;
  };
}

/** Makes the network of a cloud unless it is there. */
export async function openNetwork(client: EngineClient, cloud: string): Promise<ContainerNetwork> {
  const name = networkName(cloud);
  const path = `/networks/${name}`;
  if ((await client.jsonOrNull({ method: 'GET', path })) === null) {
    const body = { Name: name, Driver: 'bridge', CheckDuplicate: true, Labels: { [CLOUD_LABEL]: cloud } };
    await client.json({ method: 'POST', path: '/networks/create', body }).catch((error: unknown) => {
      // Made by somebody else in this moment.
      if (!(error instanceof EngineError) || error.status !== 409) throw error;
    });
  }
  return { name, hostAddress: await gatewayOf(client, name) };
}

/** The address of this computer on a network; null where the engine runs in a virtual machine. */
export async function gatewayOf(client: EngineClient, network: string): Promise<string | null> {
  const answer = (await client.json({ method: 'GET', path: `/networks/${network}` })) as NetworkAnswer;
  const gateways = (answer.IPAM?.Config ?? []).flatMap(({ Gateway }) =>
    Gateway === undefined ? [] : [Gateway],
  );
  const [gateway] = gateways;
  return gateway !== undefined && (await canListenAt(gateway)) ? gateway : null;
}

/**
 * Whether an address is one of this computer. Asked by listening there: the list of interfaces leaves out a bridge that
 * no container is on yet.
 */
function canListenAt(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(0, address, () => server.close(() => resolve(true)));
  });
}

/** Removes the network of a cloud; one that is not there, or still used, is left alone. */
export async function removeNetwork(client: EngineClient, cloud: string): Promise<void> {
  await client.json({ method: 'DELETE', path: `/networks/${networkName(cloud)}` }).catch((error: unknown) => {
    if (!(error instanceof EngineError)) throw error;
  });
}

function networkName(cloud: string): string {
  return `glidepath-${createHash('sha256').update(cloud).digest('hex').slice(0, 12)}`;
}
