import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';

/** Lets only those in who bring the token, as `Bearer` or, as Fly's own tools send it, as `FlyV1`. */
export function bearerGuard(token: string): MiddlewareHandler {
  const expected = sha256(token);
  return async (c, next) => {
    const given = /^(?:Bearer|FlyV1)\s+(.+)$/iu.exec(c.req.header('authorization') ?? '')?.[1];
    // Hashes have one length, so that the time of the comparison tells nothing.
    if (given !== undefined && timingSafeEqual(sha256(given.trim()), expected)) return next();
    return c.json({ error: 'the token of the local cloud is missing or wrong' }, 401);
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
