import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Fetch } from '../../util/fetch.ts';

/**
 * A transport that cannot change anything: whatever is not a GET or HEAD is refused before it leaves the process.
 * Planning and `status` get no other (invariant 9), so that not even a mistake of ours can write.
 */
export function readOnlyFetch(inner: Fetch): Fetch {
  return async (url, init) => {
    const method = (init?.method ?? 'GET').toUpperCase();
    if (method === 'GET' || method === 'HEAD') return inner(url, init);
    throw new ToolError(
      'PROVIDER_WRITE_REFUSED',
      `A ${method} to ${new URL(url).pathname} was refused: only reading is allowed here.`,
      {
        hint: 'This is a mistake in Glidepath, not in your project; please report the command that was run.',
      },
    );
  };
}
