import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import type { Clock } from '../../util/clock.ts';
import type { FaultBoard } from './fault-board.ts';

/** Lets the faults on routes strike. To stand before every platform API, and not before the control API. */
export function faultMiddleware(
  board: FaultBoard,
  clock: Clock,
): MiddlewareHandler<{ Bindings: Partial<HttpBindings> }> {
  return async (c, next) => {
    const faults = board.strikeRequest({ method: c.req.method, path: c.req.path });
    if (faults.length === 0) return next();
    const delayMs = faults.reduce((sum, fault) => (fault.kind === 'delay' ? sum + fault.delayMs : sum), 0);
    if (delayMs > 0) await clock.sleep(delayMs);
    const error = faults.find((fault) => fault.kind === 'error');
    if (error !== undefined) {
      const message = `a fault is switched on for ${error.route}`;
      // Both shapes at once: the Machines API reads `error`, the registry `errors`.
      const body = { error: message, errors: [{ code: 'UNAVAILABLE', message }] };
      return Response.json(body, { status: error.status });
    }
    await next();
    // Undone it is not: whatever was asked for has happened, and nobody is told.
    if (faults.some((fault) => fault.kind === 'lost-answer')) c.env.incoming?.socket.destroy();
    return undefined;
  };
}
