import { randomBytes } from 'node:crypto';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** A ULID has 26 characters: 10 of time, 16 that make it unique. */
const TIME_CHARS = 10;
const PROCESS_CHARS = 10;
const COUNT_CHARS = 6;

/** Makes `fly-request-id` values: a ULID and a region, as Fly's proxy writes them. */
export class RequestIds {
  readonly #process = encode(randomBytes(6).readUIntBE(0, 6), PROCESS_CHARS);
  readonly #region: string;
  #count = 0;
  #lastMs = -1;
  #prefix = '';

  constructor(region: string) {
    this.#region = region;
  }

  /** A new id for a request that came in at `now` (milliseconds since the Unix epoch). */
  next(now: number): string {
    if (now !== this.#lastMs) {
      this.#lastMs = now;
      this.#prefix = encode(Math.floor(now), TIME_CHARS) + this.#process;
    }
    this.#count = (this.#count + 1) % 32 ** COUNT_CHARS;
    return `${this.#prefix}${encode(this.#count, COUNT_CHARS)}-${this.#region}`;
  }
}

function encode(value: number, chars: number): string {
  let rest = value;
  let text = '';
  for (let index = 0; index < chars; index += 1) {
    text = (CROCKFORD[rest % 32] ?? '0') + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}
