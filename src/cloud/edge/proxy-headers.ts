/** What the edge knows of a request besides its headers. */
export interface RequestOrigin {
  readonly requestId: string;
  readonly clientIp: string;
  /** The port the client came in by. */
  readonly port: number;
  readonly region: string;
}

/** Only meant for one connection (RFC 9110 §7.6.1); never passed on. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** Said by the edge itself: what a client claims here is dropped, so that an app can trust it. */
const SET_BY_EDGE = new Set([
  'fly-client-ip',
  'fly-forwarded-port',
  'fly-forwarded-proto',
  'fly-region',
  'fly-request-id',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  // The edge has answered it already.
  'expect',
]);

const VIA = '1.1 fly.io';

/** The headers for the app, as a flat list of names and values: the client's, less hop-by-hop, plus Fly's own. */
export function headersToApp(
  raw: readonly string[],
  origin: RequestOrigin,
  framing: { readonly body: 'none' | 'length' | 'chunked' | 'empty'; readonly upgrade?: string | undefined },
): string[] {
  const dropped = namedInConnection(raw);
  const headers: string[] = [];
  let host = '';
  let forwardedFor = '';
  let via = '';
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const value = raw[index + 1] ?? '';
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.has(lower) || SET_BY_EDGE.has(lower) || dropped?.has(lower) === true) continue;
    if (lower === 'x-forwarded-for') forwardedFor += `${value}, `;
    else if (lower === 'via') via += `${value}, `;
    else {
      if (lower === 'host') host = value;
      headers.push(name, value);
    }
  }
  headers.push('x-forwarded-for', forwardedFor + origin.clientIp, 'x-forwarded-proto', 'http');
  headers.push('x-forwarded-host', host, 'x-forwarded-port', String(origin.port));
  headers.push('fly-client-ip', origin.clientIp, 'fly-forwarded-port', String(origin.port));
  headers.push('fly-forwarded-proto', 'http', 'fly-region', origin.region);
  headers.push('fly-request-id', origin.requestId, 'via', via + VIA);
  if (framing.body === 'chunked') headers.push('transfer-encoding', 'chunked');
  if (framing.body === 'empty') headers.push('content-length', '0');
  if (framing.upgrade !== undefined) headers.push('connection', 'Upgrade', 'upgrade', framing.upgrade);
  return headers;
}

/** The headers for the client: the app's, less hop-by-hop, plus the request id. */
export function headersToClient(raw: readonly string[], requestId: string): string[] {
  const dropped = namedInConnection(raw);
  const headers: string[] = [];
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.has(lower) || lower === 'fly-request-id' || dropped?.has(lower) === true) continue;
    headers.push(name, raw[index + 1] ?? '');
  }
  headers.push('fly-request-id', requestId, 'via', VIA);
  return headers;
}

/** Names in `Connection` besides the usual ones are hop-by-hop too; null, the common case, when there are none. */
function namedInConnection(raw: readonly string[]): Set<string> | null {
  let names: Set<string> | null = null;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? '';
    if (name.length !== 10 || name.toLowerCase() !== 'connection') continue;
    for (const part of (raw[index + 1] ?? '').split(',')) {
      const each = part.trim().toLowerCase();
      if (each === 'keep-alive' || each === 'close' || each === '' || HOP_BY_HOP.has(each)) continue;
      // Without them the message would be read differently behind the edge than before it.
      if (each === 'content-length' || each === 'host') continue;
      (names ??= new Set()).add(each);
    }
  }
  return names;
}
