import { hash } from 'node:crypto';

/**
 * A number by which a file is seen to be cut off or spoilt, and no more: nobody is kept from writing another one. By Node's own
 * hash function, because a loop over the bytes takes longer than all the rest until it is compiled.
 */
export function checksum(bytes: Buffer): number {
  return hash('sha1', bytes, 'buffer').readUInt32LE(0);
}
