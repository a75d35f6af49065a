import { createHash } from 'node:crypto';
import type { Json } from '../util/json.ts';
import type { Graph } from './graph.ts';

/** JSON with sorted keys: the same text for the same value, however it was made. */
export function canonicalJson(value: Json | Graph): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : part,
  );
}

/** What tells a changed graph from the stored one: SHA-256 of its canonical JSON, in hex. */
export function graphHash(canonical: string): string {
  return createHash('sha256').update(canonical).digest('hex');
}
