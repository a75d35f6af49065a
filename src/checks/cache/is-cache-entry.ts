import type { CacheEntry, KeptFile } from './check-cache.ts';
import { isSafePath } from './is-safe-path.ts';

const DIGEST = /^[0-9a-f]{64}$/;
const KINDS: readonly unknown[] = ['file', 'executable', 'link'] satisfies KeptFile['kind'][];

/**
 * Whether a value is an entry, with paths that stay in the checkout: one file lies in no other and behind no link of the
 * same entry, so that nothing is written through a link.
 */
export function isCacheEntry(value: unknown): value is CacheEntry {
  const entry = fieldsOf(value);
  const parts = fieldsOf(entry['parts']);
  return (
    entry['format'] === 1 &&
    isDigest(entry['key']) &&
    typeof parts['check'] === 'string' &&
    isTexts(parts['outputs']) &&
    isTexts(Object.values(fieldsOf(parts['inputs']))) &&
    typeof entry['result'] === 'string' &&
    Number.isFinite(entry['createdAt']) &&
    Number.isFinite(entry['durationMs']) &&
    Number.isFinite(entry['failedAttempts']) &&
    (entry['commit'] === null || typeof entry['commit'] === 'string') &&
    typeof entry['domain'] === 'string' &&
    isDigest(entry['log']) &&
    Array.isArray(entry['files']) &&
    areKeptFiles(entry['files'])
  );
}

function areKeptFiles(files: readonly unknown[]): files is readonly KeptFile[] {
  if (!files.every(isKeptFile)) return false;
  const paths = new Set(files.map(({ path }) => path));
  return (
    paths.size === files.length && files.every(({ path }) => parentsOf(path).every((p) => !paths.has(p)))
  );
}

function isKeptFile(value: unknown): value is KeptFile {
  const file = fieldsOf(value);
  return (
    typeof file['path'] === 'string' &&
    isSafePath(file['path']) &&
    isDigest(file['digest']) &&
    Number.isSafeInteger(file['bytes']) &&
    (file['bytes'] as number) >= 0 &&
    KINDS.includes(file['kind'])
  );
}

/** `a/b/c` → `a`, `a/b`. */
function parentsOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

function isDigest(value: unknown): boolean {
  return typeof value === 'string' && DIGEST.test(value);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
