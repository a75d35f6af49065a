/**
 * A mark of a value, by which a change of it is seen: 53 bits, after FNV-1a in two halves. It keeps no secret, for a short
 * value can be guessed from it: a file with it is for its owner alone.
 */
export function markOf(value: string): number;
export function markOf(value: string | undefined): number | null;
export function markOf(value: string | undefined): number | null {
  if (value === undefined) return null;
  let [low, high] = [0x811c_9dc5, 0x1234_5679];
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    low = Math.imul(low ^ code, 0x0100_0193);
    high = Math.imul(high ^ code, 0x85eb_ca6b);
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}
