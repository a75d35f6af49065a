import type { CacheStore } from '../../src/checks/cache/cache-store.ts';

/** Objects in memory; `objects` is there for tests to spoil. */
export function memoryStore(): CacheStore & { readonly objects: Map<string, Buffer> } {
  const objects = new Map<string, Buffer>();
  return {
    where: 'the shared cache',
    objects,
    get: async (name) => objects.get(name) ?? null,
    has: async (name) => objects.has(name),
    put: async (name, bytes) => void objects.set(name, Buffer.from(bytes)),
    remove: async (name) => void objects.delete(name),
  };
}
