import { randomBytes, randomInt } from 'node:crypto';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ULID_TIME_CHARS = 10;
const ULID_RANDOM_CHARS = 16;

/** A ULID: sorts by time, unique by 80 random bits. Names a version of a machine, or an event. */
export function newUlid(nowMs: number): string {
  let time = '';
  for (let rest = Math.floor(nowMs), i = 0; i < ULID_TIME_CHARS; i++, rest = Math.floor(rest / 32))
    time = (CROCKFORD[rest % 32] ?? '0') + time;
  const random = Array.from(randomBytes(ULID_RANDOM_CHARS), (byte) => CROCKFORD[byte % 32] ?? '0');
  return time + random.join('');
}

/** 14 hexadecimal digits, as Fly's machine ids are. */
export function newMachineId(): string {
  return randomBytes(7).toString('hex');
}

/** The id of anything else, such as `vol_` and 16 digits and lower-case letters. */
export function newResourceId(kind: 'vol' | 'vs'): string {
  const random = Array.from(randomBytes(16), (byte) => CROCKFORD[byte % 32] ?? '0');
  return `${kind}_${random.join('').toLowerCase()}`;
}

/** The secret that proves who holds a lease. */
export function newNonce(): string {
  return randomBytes(6).toString('hex');
}

const ADJECTIVES = [
  'amber',
  'bold',
  'calm',
  'damp',
  'early',
  'fast',
  'gentle',
  'hidden',
  'icy',
  'quiet',
  'summer',
  'wild',
];
const NOUNS = [
  'bird',
  'cloud',
  'dawn',
  'field',
  'forest',
  'frost',
  'moon',
  'pond',
  'rain',
  'river',
  'snow',
  'thunder',
];

/** A name for a machine that was given none. */
export function newMachineName(): string {
  const pick = (words: readonly string[]): string => words[randomInt(words.length)] ?? '';
  return `${pick(ADJECTIVES)}-${pick(NOUNS)}-${randomInt(1000, 10_000)}`;
}
