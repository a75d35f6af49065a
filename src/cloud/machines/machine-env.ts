import { dirname } from 'node:path';

/** What a machine's environment is made of. */
export interface MachineEnvInput {
  readonly app: string;
  readonly machineId: string;
  readonly region: string;
  readonly processGroup: string;
  readonly imageRef: string;
  readonly port: number;
  readonly home: string;
  readonly imageEnv: Readonly<Record<string, string>>;
  readonly configEnv: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** The loopback address (`http://127.0.0.1:4100`) that stands for an app's private one; null when there is none. */
  readonly privateAddress: (app: string) => string | null;
}

const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The whole environment of a machine's process. Nothing of our own environment goes in, and `node` is the Node that
 * runs this tool. Secrets win over `env`, and what the platform sets wins over both, as on Fly.
 */
export function machineEnv(input: MachineEnvInput): Record<string, string> {
  const own = { ...input.imageEnv, PRIMARY_REGION: input.region, ...input.configEnv, ...input.secrets };
  const env = Object.fromEntries(
    Object.entries(own).map(([name, value]) => [name, withPrivateAddresses(value, input.privateAddress)]),
  );
  return {
    ...env,
    PATH: `${dirname(process.execPath)}:${env['PATH'] ?? SYSTEM_PATH}`,
    HOME: input.home,
    ...platformVariables(input),
    PORT: String(input.port),
  };
}

/** What Fly sets in every machine, whatever it runs as. */
export function platformVariables(
  input: Pick<MachineEnvInput, 'app' | 'machineId' | 'region' | 'processGroup' | 'imageRef'>,
): Record<string, string> {
  return {
    FLY_APP_NAME: input.app,
    FLY_MACHINE_ID: input.machineId,
    FLY_ALLOC_ID: input.machineId,
    FLY_REGION: input.region,
    FLY_PROCESS_GROUP: input.processGroup,
    FLY_IMAGE_REF: input.imageRef,
    FLY_PRIVATE_IP: '127.0.0.1',
  };
}

/**
 * Replaces `http(s)://<app>.flycast[:port]` and `http://<app>.internal[:port]` by the app's loopback address, because
 * processes on one computer have no private DNS. Of other URLs (`postgresql://login@<app>.flycast:5432/shop`) host and
 * port are replaced and the rest stays. An app without an address is left as written.
 */
export function withPrivateAddresses(
  value: string,
  privateAddress: MachineEnvInput['privateAddress'],
): string {
  return value
    .replaceAll(WEB, (written: string, flycast?: string, internal?: string) => {
      const address = privateAddress(flycast ?? internal ?? '');
      if (address === null) return written;
      return (address.includes('://') ? address : `http://${address}`).replace(/\/$/, '');
    })
    .replaceAll(OTHER, (written: string, before: string, app: string) => {
      const address = privateAddress(app);
      return address === null ? written : before + address.replace(/^.*:\/\//, '').replace(/\/$/, '');
    });
}

const WEB = /(?:https?:\/\/([a-z0-9-]+)\.flycast|http:\/\/([a-z0-9-]+)\.internal)(?::\d+)?(?![\w.:-])/g;
/** Any other scheme, with what may stand between it and the host. */
const OTHER =
  /(?<![a-z0-9+.-])((?!https?:)[a-z][a-z0-9+.-]*:\/\/(?:[^\s/?#@]*@)?)([a-z0-9-]+)\.(?:flycast|internal)(?::\d+)?(?![\w.:-])/g;
