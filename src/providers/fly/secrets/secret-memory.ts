/**
 * What is remembered of the secrets that were sent, for a platform that does not show them: enough to see that one is
 * the same as last time, and never a value. Kept by whoever keeps the history.
 */
export interface SecretMemory {
  /** The same for the same app, name and value, and for nothing else; says nothing about the value. */
  fingerprint(app: string, name: string, value: string): Promise<string>;
  recall(app: string): RememberedSecrets;
  /** Adds to what is remembered of an app. */
  remember(app: string, secrets: RememberedSecrets): void;
}

/** What is known of the secrets of an app. */
export interface RememberedSecrets {
  /** The version after the last of them was sent; null when none was, or the platform did not say. */
  readonly version: number | null;
  readonly secrets: Readonly<Record<string, RememberedSecret>>;
}

/** What is known of one secret. */
export interface RememberedSecret {
  readonly fingerprint: string;
  /** The platform's own digest right after it was sent: another one now means that somebody else has set it. */
  readonly digest: string | null;
}
