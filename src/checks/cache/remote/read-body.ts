/** No object of a cache is larger: a pack has 16 MB, and the entry of a million inputs less than this. */
const OBJECT_BYTES_MAX = 128 * 1024 * 1024;

/** The body of an answer, whole. Throws for one that is larger than any object, without reading on. */
export async function readBody(response: Response): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += piece.length;
    if (length > OBJECT_BYTES_MAX) throw new Error('an object is larger than any may be');
    pieces.push(piece);
  }
  return Buffer.concat(pieces, length);
}

/** Throws for an answer that is none of those expected; its status and nothing else of it is said. */
export async function requireStatus(response: Response, expected: readonly number[]): Promise<void> {
  if (expected.includes(response.status)) return;
  await response.body?.cancel();
  throw new Error(`it answered HTTP ${response.status}`);
}
