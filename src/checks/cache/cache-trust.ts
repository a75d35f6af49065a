import type { Ed25519Signer } from '../../util/ed25519.ts';
import type { StoredEntry } from './stored-entry.ts';

/** Who reads and writes a cache, and whom it believes. */
export interface CacheTrust {
  /** `local`, `main`, `pr-42`: where it writes. It reads its own and main's. */
  readonly domain: string;
  /** Public keys whose entries of main are believed, as the config at hand says. */
  readonly trusted: readonly string[];
  /** Signs what stays on this machine; its file is outside of every checkout. */
  readonly machine: Ed25519Signer;
  /** Signs what is shared, as main; null where this run has no such key. */
  readonly shared: Ed25519Signer | null;
}

/** Where an entry was read. */
export interface EntryPlace {
  readonly isLocal: boolean;
  /** The store itself keeps what pull requests write from main, as the cache of GitHub Actions does. */
  readonly isScoped: boolean;
}

/** The domains that are read, in this order. */
export function readDomains({ domain }: CacheTrust): readonly string[] {
  return domain === MAIN ? [MAIN] : [domain, MAIN];
}

/**
 * Whether an entry that was asked for by a key in a domain may be used. Whoever can write to a store can put anything
 * under any name, so the name counts for nothing: the entry says itself what it is, and who signed it says whether that is
 * true.
 */
export function isBelieved(
  { entry, signer }: StoredEntry,
  asked: { readonly key: string; readonly domain: string },
  trust: CacheTrust,
  { isLocal, isScoped }: EntryPlace,
): boolean {
  // An entry of another key, or of another domain, that was copied to this name.
  if (entry.key !== asked.key || entry.domain !== asked.domain) return false;
  if (entry.domain === MAIN) {
    if (trust.trusted.includes(signer)) return true;
    // Where the config names no key, main believes what it wrote itself: on this machine, or in a store that only main
    // writes to. Where it names one, nothing else counts: a machine may have run pull requests too.
    if (trust.trusted.length > 0) return false;
    return isLocal ? trust.domain === MAIN && signer === trust.machine.publicKey : isScoped;
  }
  if (entry.domain !== trust.domain) return false;
  // A pull request believes itself, wherever it ran; a machine believes what it wrote.
  return isLocal ? signer === trust.machine.publicKey : trust.domain !== LOCAL;
}

/** The domain of pushes to the main branch, and of what they call. */
export const MAIN = 'main';
/** The domain of a machine that is no runner of a CI: its entries never leave it. */
export const LOCAL = 'local';
