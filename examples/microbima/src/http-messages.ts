/** A request as a route sees it. */
export interface ServiceRequest {
  /** What stood in place of the pattern's `:name` parts. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The parsed JSON body, or undefined. */
  readonly body: unknown;
}

/** What a route answers. */
export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** One route: method, a pattern such as `/policies/:number`, and what answers it. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly pattern: string;
  readonly handle: (request: ServiceRequest) => Reply | Promise<Reply>;
}

/** Thrown by a route to answer with a status and one sentence. */
export class HttpProblem extends Error {
  override readonly name: string = 'HttpProblem';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** A JSON answer. */
export function json(status: number, value: unknown): Reply {
  return { status, type: 'application/json; charset=utf-8', body: `${JSON.stringify(value)}\n` };
}

/** A page. */
export function html(status: number, page: string): Reply {
  return { status, type: 'text/html; charset=utf-8', body: page };
}

/** The route for a request and its params; 404 or 405 as an {@link HttpProblem} when there is none. */
export function findRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; params: Record<string, string> } {
  const matching = routes.flatMap((route) => {
    const params = match(route.pattern, path);
    return params === null ? [] : [{ route, params }];
  });
  if (matching.length === 0) throw new HttpProblem(404, `There is nothing at ${path}.`);
  const found = matching.find(({ route }) => route.method === method);
  if (found === undefined) throw new HttpProblem(405, `${path} does not take ${method}.`);
  return found;
}

function match(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    if (part.startsWith(':') && value !== '') params[part.slice(1)] = decode(value);
    else if (part !== value) return null;
  }
  return params;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new HttpProblem(400, `"${part}" is not a valid part of an address.`);
  }
}
