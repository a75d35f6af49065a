/** As the API writes times. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** The same of what may not have been. */
export function timeOrNull(ms: number | null): string | null {
  return ms === null ? null : timestamp(ms);
}

/** An id of GraphQL; clients pass it on and never look into it. */
export function nodeId(kind: string, id: number | string): string {
  return `${kind}_${Buffer.from(`${kind}:${id}`).toString('base64url')}`;
}

/** Below the base address: the API, which is laid out as on GitHub Enterprise Server. */
export function apiOf(baseUrl: string): string {
  return `${baseUrl}/api/v3`;
}
