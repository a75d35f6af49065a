import type { Json } from '../../util/json.ts';

/** By which a deployment whose making was not answered is found again; taken out of what is read. */
const KEY = 'glidepath_key';

type Payload = { readonly [key: string]: Json };

/** A payload with a key that no other deployment has. */
export function withKey(payload: Payload, key: string): Payload {
  return { ...payload, [KEY]: key };
}

/** The key in what GitHub answered; null where there is none. */
export function keyOf(payload: unknown): string | null {
  const key = isPayload(payload) ? payload[KEY] : null;
  return typeof key === 'string' ? key : null;
}

/** The payload as whoever made the deployment wrote it. */
export function withoutKey(payload: Json): Json {
  if (!isPayload(payload)) return payload;
  const { [KEY]: _, ...own } = payload;
  return own;
}

function isPayload(payload: unknown): payload is Payload {
  return typeof payload === 'object' && payload !== null && !Array.isArray(payload);
}
