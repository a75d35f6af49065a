import { platformVariables, withPrivateAddresses } from '../machines/machine-env.ts';
import type { MachineEnvInput } from '../machines/machine-env.ts';
import { HOST_NAME } from './container-body.ts';

/** What a container's environment is made of. */
export interface ContainerEnvInput extends Omit<MachineEnvInput, 'port' | 'home'> {
  /** The port its app is to listen on; null for none. */
  readonly internalPort: number | null;
  /** Ports of this computer at which apps are reached from outside. */
  readonly publicPorts: ReadonlySet<number>;
}

/**
 * The environment that a machine's container is given, on top of the image's own. Inside, `127.0.0.1` is the container:
 * an address of this computer's loopback is rewritten to the name under which a container finds it. The public address
 * of an app stays as it is, for it is handed to browsers. `PORT` is the port that the config names, unless image, config
 * or secrets say otherwise.
 */
export function containerEnv(input: ContainerEnvInput): Record<string, string> {
  const { imageEnv, internalPort, publicPorts } = input;
  const own = { PRIMARY_REGION: input.region, ...input.configEnv, ...input.secrets };
  const privateAddress = (app: string): string | null => {
    const address = input.privateAddress(app);
    return address === null ? null : fromInside(withScheme(address), new Set());
  };
  const env = Object.entries(own).map(([name, value]): [string, string] => [
    name,
    withPrivateAddresses(fromInside(value, publicPorts), privateAddress),
  ]);
  return {
    ...(internalPort === null || 'PORT' in imageEnv ? {} : { PORT: String(internalPort) }),
    ...Object.fromEntries(env),
    ...platformVariables(input),
  };
}

/** The ports of this computer that an environment refers to. */
export function hostPortsIn(env: Readonly<Record<string, string>>): ReadonlySet<number> {
  const ports = Object.values(env).flatMap((value) =>
    [...value.matchAll(THIS_COMPUTER)].map((match) => Number(match[1])),
  );
  return new Set(ports);
}

const LOGIN = String.raw`//(?:[^/?#\s@]*@)?`;
/** The host of a URL with a port, alone or behind a login. */
const LOOPBACK = new RegExp(`(${LOGIN})(?:127\\.0\\.0\\.1|localhost|\\[::1\\]):(\\d{1,5})(?!\\d)`, 'g');
const THIS_COMPUTER = new RegExp(`${LOGIN}${HOST_NAME.replaceAll('.', String.raw`\.`)}:(\\d{1,5})`, 'g');

function fromInside(value: string, kept: ReadonlySet<number>): string {
  return value.replaceAll(LOOPBACK, (written: string, before: string, port: string) =>
    kept.has(Number(port)) ? written : `${before}${HOST_NAME}:${port}`,
  );
}

function withScheme(address: string): string {
  return address.includes('://') ? address : `http://${address}`;
}
