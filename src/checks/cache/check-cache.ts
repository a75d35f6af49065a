import type { KeyParts } from '../key/key-parts.ts';

/** A file that a check made, as it is kept. */
export interface KeptFile {
  /** From the root of the checkout, with slashes. */
  readonly path: string;
  /** SHA-256 of its content in hexadecimal letters; of the target for a link. */
  readonly digest: string;
  readonly bytes: number;
  readonly kind: 'file' | 'executable' | 'link';
}

/** What is kept of a check that passed. */
export interface CacheEntry {
  readonly format: 1;
  /** SHA-256 of the key parts, in hexadecimal letters. */
  readonly key: string;
  readonly parts: KeyParts;
  /** What checks after it depend on: `resultDigest` of its key and its outputs. */
  readonly result: string;
  readonly createdAt: number;
  readonly durationMs: number;
  /** How often it failed before it passed. */
  readonly failedAttempts: number;
  /** The commit it ran on, with nothing uncommitted; null otherwise. */
  readonly commit: string | null;
  /** Who wrote it: `local`, `main`, `pr-42`. */
  readonly domain: string;
  /** Outputs and reports. */
  readonly files: readonly KeptFile[];
  /** SHA-256 of the log. */
  readonly log: string;
}

/** What is to be kept of a check. */
export type NewEntry = Omit<CacheEntry, 'format' | 'files' | 'log' | 'domain' | 'createdAt'> & {
  /** Paths from the root of the checkout. */
  readonly paths: readonly string[];
  readonly log: string;
};

/** Where an entry was found. */
export interface FoundEntry {
  readonly entry: CacheEntry;
  /** `this machine`, `the shared cache`. */
  readonly where: string;
}

/** Where what checks made is kept. What cannot be had is a miss and never an error: the check runs then. */
export interface CheckCache {
  /** Complete, unspoilt and from somebody who is believed; null otherwise. */
  find(key: string): Promise<FoundEntry | null>;
  /** Puts its files into the checkout: all or, where one cannot be had, none and false. */
  restore(found: FoundEntry, root: string): Promise<boolean>;
  log(found: FoundEntry): Promise<string | null>;
  /** Null where it could not be kept, which is said to `onWarning`. */
  store(entry: NewEntry, root: string): Promise<CacheEntry | null>;
  /** The last entry of a check, whatever its key: what `ci why` compares with. */
  latest(check: string): Promise<CacheEntry | null>;
  /** The last entry of a check that this machine holds: nobody else is asked. */
  latestHere(check: string): Promise<CacheEntry | null>;
  /** Waits for what goes on beside the checks, such as uploads, and removes what is too much. Once, after the last check. */
  settle(): Promise<void>;
}
