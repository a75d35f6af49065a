const STARS = '***';
/** Base64 is masked as far as it does not depend on what stands beside the secret; shorter ones say nothing. */
const BASE64_MIN = 4;

/**
 * Replaces secrets in what is shown, in the forms the runner knows: as they are, each of their lines, and as base64,
 * JSON, a URL and XML write them. What is added is masked from then on.
 */
export class SecretMasker {
  readonly #forms = new Set<string>();
  #pattern: RegExp | null = null;

  constructor(secrets: Iterable<string> = []) {
    for (const secret of secrets) this.add(secret);
  }

  /** Masks a value from now on; an empty one masks nothing. */
  add(secret: string): void {
    for (const part of [secret, ...secret.split(/\r?\n/u)].map((one) => one.trim())) {
      if (part === '') continue;
      for (const form of formsOf(part)) this.#forms.add(form);
    }
    this.#pattern = null;
  }

  /** The text with `***` for every secret in it. */
  mask(text: string): string {
    if (this.#forms.size === 0) return text;
    // The longest first, so that of a secret within another nothing is left over.
    this.#pattern ??= new RegExp(
      [...this.#forms]
        .toSorted((a, b) => b.length - a.length)
        .map((form) => form.replace(/[\\^$.*+?()[\]{}|]/gu, '\\$&'))
        .join('|'),
      'gu',
    );
    return text.replace(this.#pattern, STARS);
  }

  /** Whether a text holds a secret. */
  holds(text: string): boolean {
    return this.mask(text) !== text;
  }
}

function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const xml = secret.replace(/&/gu, '&amp;').replace(/</gu, '&lt;').replace(/>/gu, '&gt;');
  return [secret, json, xml, encodeURIComponent(secret), ...base64Forms(secret)].filter(
    (form) => form !== '',
  );
}

/** As base64 may write it at each of the three places it can begin, without what its neighbours have a part in. */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2]
    .map((shift) => {
      const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
      const first = shift === 0 ? 0 : shift + 1;
      const whole = Math.floor(((shift + bytes.length) * 8) / 6);
      return encoded.slice(first, whole);
    })
    .filter((form) => form.length >= BASE64_MIN);
}
