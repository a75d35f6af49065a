import { randomBytes } from 'node:crypto';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { EngineClient } from '../containers/engine-client.ts';
import { gatewayOf } from '../containers/container-network.ts';
import { HostGateway } from '../containers/host-gateway.ts';
import { CHECK_LABEL, checkOwner } from './check-owner.ts';
import { removeCheckNetwork } from './left-check-containers.ts';

/** What a check in a container is connected to. */
export interface CheckNetwork {
  /** `none`, `bridge`, or the name of one of its own. */
  readonly name: string;
  readonly hostAddress: string | null;
  readonly close: () => Promise<void>;
}

/**
 * The network of one check: none at all, or the engine's usual one. One with services has a network of its own, from which
 * these ports of this computer's loopback can be reached, and without `hasNetwork` nothing else: it leads nowhere.
 */
export async function openCheckNetwork(
  client: EngineClient,
  { hasNetwork, ports }: { readonly hasNetwork: boolean; readonly ports: readonly number[] },
): Promise<CheckNetwork> {
  if (ports.length === 0)
    return { name: hasNetwork ? 'bridge' : 'none', hostAddress: null, close: async () => undefined };
  const name = `glidepath-check-${randomBytes(6).toString('hex')}`;
  const body = {
    Name: name,
    Driver: 'bridge',
    Internal: !hasNetwork,
    Labels: { [CHECK_LABEL]: checkOwner() },
  };
  await client.json({ method: 'POST', path: '/networks/create', body });
  let gateway: HostGateway | null = null;
  const close = async (): Promise<void> => {
    await gateway?.close();
    await removeCheckNetwork(client, name);
  };
  try {
    const hostAddress = await gatewayOf(client, name);
    if (hostAddress === null && !hasNetwork) throw notReachable();
    gateway = hostAddress === null ? null : new HostGateway(hostAddress);
    for (const port of ports) await gateway?.open(port);
    return { name, hostAddress, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function notReachable(): ToolError {
  return new ToolError(
    'PROVIDER_NOT_SUPPORTED',
    'This engine runs in a virtual machine: a check in it reaches its services only with a network.',
    { hint: "Write network: true for the check, or where: 'host'." },
  );
}
