import { HOST_NAME } from '../../cloud/containers/container-body.ts';

/** What a check in a container is told of services that listen on this computer. */
export interface ServiceAddresses {
  readonly env: Readonly<Record<string, string>>;
  /** Ports of 127.0.0.1 that it has to reach. */
  readonly ports: readonly number[];
}

/**
 * The environment of a check with services, as it is to be inside: `127.0.0.1` is the container itself there, so that
 * services are found under the name of this computer, on the same ports. Other addresses of the loopback stay: a check
 * reaches nothing there that it does not ask for.
 */
export function serviceAddresses(
  env: Readonly<Record<string, string>>,
  services: readonly string[],
): ServiceAddresses {
  const port = Number(env['PGPORT']);
  if (services.length === 0 || !Number.isSafeInteger(port)) return { env, ports: [] };
  const url = env['DATABASE_URL']?.replace(`@127.0.0.1:${port}/`, `@${HOST_NAME}:${port}/`);
  return {
    env: { ...env, PGHOST: HOST_NAME, ...(url === undefined ? {} : { DATABASE_URL: url }) },
    ports: [port],
  };
}
