import type { MiddlewareHandler } from 'hono';
import type { FlyContext } from '../fly-context.ts';

/** What is answered from what is known of a machine, without asking its host. */
const KNOWN_WITHOUT_HOST = /\/machines\/[^/]+(?:\/(?:wait|events|versions|metadata(?:\/[^/]+)?))?$/u;

/**
 * For paths below a machine: while its host is unreachable nothing that needs the host is done. Destroying is taken, and
 * carried out when the host is back. What the status is on Fly is not published: 503 is its word "unavailable".
 */
export function hostGuard({ state, hosts }: FlyContext): MiddlewareHandler {
  return async (c, next) => {
    const id = c.req.param('id') ?? '';
    const isMachine = c.req.path.endsWith(`/machines/${id}`);
    const isTaken =
      c.req.method === 'GET' ? KNOWN_WITHOUT_HOST.test(c.req.path) : isMachine && c.req.method === 'DELETE';
    if (!isTaken) {
      const machine = state.machinesOf(c.req.param('app') ?? '').find((each) => each.id === id);
      if (machine !== undefined) hosts.require(machine);
    }
    await next();
  };
}
