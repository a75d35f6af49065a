/** The port of a cluster, at its machine and at the proxy. */
export const POSTGRES_PORT = 5432;

/** Which private name clients come by, and why, in words. */
export interface PrivateHost {
  readonly host: string;
  readonly reason: string;
}

/**
 * The name by which apps reach a cluster. `.flycast` goes through Fly's proxy, which starts a machine that sleeps and
 * counts connections to find it idle. `.internal` leads straight to machines that run and to no others: it wakes nothing,
 * and the proxy would put to sleep what it sees no connections of. So one that may sleep has to be reached by `.flycast`,
 * and one that never does is reached without a proxy in between (fly.io/docs/networking/private-networking, /flycast).
 * Pure.
 */
export function privateHost(app: string, sleep: 'when-idle' | 'never'): PrivateHost {
  return sleep === 'when-idle'
    ? { host: `${app}.flycast`, reason: 'through the proxy, which wakes it' }
    : { host: `${app}.internal`, reason: 'straight to its machine, which never sleeps' };
}
