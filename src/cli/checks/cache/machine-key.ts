import { randomBytes, randomUUID } from 'node:crypto';
import { linkSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ed25519Signer, type Ed25519Signer } from '../../../util/ed25519.ts';
import { machineStateDirectory } from '../../project/machine-state.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The key by which this machine knows what it wrote itself, made when it is first needed. It lies outside of every
 * checkout, readable by its owner alone: a branch that brings a `.glidepath/cache` along cannot sign what is in it. Where
 * it cannot be kept it is a new one each time, and `onWarning` says so.
 */
export function machineKey(env: Env, onWarning: (sentence: string) => void): Ed25519Signer {
  const path = machineKeyFile(env);
  try {
    if (path === null) throw new Error('this user has no home');
    const kept = readKey(path, onWarning);
    if (kept !== null) return kept;
    return makeKey(path);
  } catch (error) {
    const reason = (error as Error).message;
    onWarning(
      `The cache key of this machine cannot be saved (${reason}): entries written now will not be found later.`,
    );
    return signerOf(randomBytes(32).toString('base64url'));
  }
}

/** Where the key lies; null where this machine can keep nothing. */
export function machineKeyFile(env: Env): string | null {
  const directory = machineStateDirectory(env);
  return directory === null ? null : join(directory, 'cache-key');
}

/** Null where there is none that only its owner can have read. */
function readKey(path: string, onWarning: (sentence: string) => void): Ed25519Signer | null {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return null;
  const isOwn = stat.isFile() && (stat.mode & 0o077) === 0 && stat.uid === (process.getuid?.() ?? stat.uid);
  const signer = isOwn ? ed25519Signer(readFileSync(path, 'utf8')) : null;
  if (signer !== null) return signer;
  onWarning(
    `${path} was readable by others or not a key: a new one was made, so earlier cache entries are ignored.`,
  );
  rmSync(path, { force: true });
  return null;
}

/** Whole or not at all, and of two processes one makes it. */
function makeKey(path: string): Ed25519Signer {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const unfinished = `${path}.${randomUUID()}`;
  writeFileSync(unfinished, `${randomBytes(32).toString('base64url')}\n`, { flag: 'wx', mode: 0o600 });
  try {
    linkSync(unfinished, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(unfinished, { force: true });
  }
  return signerOf(readFileSync(path, 'utf8'));
}

function signerOf(text: string): Ed25519Signer {
  const signer = ed25519Signer(text);
  if (signer === null) throw new Error('it is not a key');
  return signer;
}
