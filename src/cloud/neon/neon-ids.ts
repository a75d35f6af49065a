import { randomBytes, randomInt } from 'node:crypto';

const WORDS = {
  first: [
    'autumn',
    'bold',
    'calm',
    'cool',
    'crimson',
    'damp',
    'divine',
    'green',
    'late',
    'little',
    'quiet',
    'spring',
  ],
  second: [
    'bar',
    'breeze',
    'disk',
    'fire',
    'forest',
    'heart',
    'lake',
    'moon',
    'night',
    'snow',
    'term',
    'wave',
  ],
} as const;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** An id such as `br-quiet-lake-a1b2c3d4`, as Neon's are; a project's has no prefix and digits only. */
export function newNeonId(kind: 'br' | 'ep' | 'snap' | 'project'): string {
  const words = `${pick(WORDS.first)}-${pick(WORDS.second)}`;
  if (kind === 'project') return `${words}-${randomInt(10_000_000, 100_000_000)}`;
  const tail = Array.from({ length: 8 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return `${kind}-${words}-${tail}`;
}

const CLUSTER_PREFIX = 'neon-';

/** The id of a local Postgres that holds data of Neon. */
export function newClusterId(): string {
  return `${CLUSTER_PREFIX}${randomBytes(8).toString('hex')}`;
}

/** Whether a local Postgres holds data of Neon. */
export function isNeonCluster(id: string): boolean {
  return id.startsWith(CLUSTER_PREFIX);
}

/** A key as Neon makes them. */
export function newApiKey(): string {
  return `napi_${randomBytes(32).toString('base64url').replaceAll(/[-_]/g, 'x')}`;
}

function pick(words: readonly string[]): string {
  return words[randomInt(words.length)] ?? '';
}
