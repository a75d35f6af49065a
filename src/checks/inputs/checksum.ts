/**
 * A number by which a file is seen to be cut off or spoilt, and no more: nobody is kept from writing another one. Quicker
 * than loading a hash function.
 */
export function checksum(bytes: Buffer): number {
  let sum = 0x811c_9dc5;
  const whole = bytes.length - (bytes.length % 4);
  const words = new Int32Array(new Uint8Array(bytes.subarray(0, whole)).buffer);
  for (const word of words) sum = Math.imul(sum ^ word, 0x0100_0193) ^ (sum >>> 15);
  for (let at = whole; at < bytes.length; at += 1) sum = Math.imul(sum ^ (bytes[at] ?? 0), 0x0100_0193);
  return sum >>> 0;
}
