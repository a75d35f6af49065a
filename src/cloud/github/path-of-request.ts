import { getPath } from 'hono/utils/url';

/**
 * The one host that `gh` speaks plain HTTP to; its API is at a name of its own. Both are reached here by `HTTP_PROXY`, so that
 * the name need not lead anywhere.
 */
const GH_API_HOST = 'http://api.github.localhost/';

/** The path by which a request is routed: that of its address, or for `gh` the one below which the API is here. */
export function pathOfRequest(request: Request): string {
  const path = getPath(request);
  return request.url.startsWith(GH_API_HOST) ? `/api/v3${path}` : path;
}
