/** What a check in a container is told of services that listen on this computer. */
export interface ServiceAddresses {
  /** Ports of 127.0.0.1 that it has to reach. */
  readonly ports: readonly number[];
  /** Its environment, once it is known what this computer is called inside. */
  readonly envAt: (host: string) => Readonly<Record<string, string>>;
}

/**
 * The environment of a check with services, as it is to be inside: `127.0.0.1` is the container itself there, so that
 * services are found at the address of this computer, on the same ports. Other addresses of the loopback stay: a check
 * reaches nothing there that it does not ask for.
 */
export function serviceAddresses(
  env: Readonly<Record<string, string>>,
  services: readonly string[],
): ServiceAddresses {
  const port = Number(env['PGPORT']);
  if (services.length === 0 || !Number.isSafeInteger(port)) return { ports: [], envAt: () => env };
  const url = env['DATABASE_URL'];
  return {
    ports: [port],
    envAt: (host) => ({
      ...env,
      PGHOST: host,
      ...(url === undefined ? {} : { DATABASE_URL: url.replace(`@127.0.0.1:${port}/`, `@${host}:${port}/`) }),
    }),
  };
}
