import type { Command } from 'commander';
import type { Register } from './register.ts';

/** The cache of the checks: look at it, empty it, and make keys to share it. */
export function addCacheCommands(ci: Command, register: Register): void {
  const status: Parameters<Register>[3] = async (context) => {
    const { ciCacheStatus } = await import('../commands/ci-cache.ts');
    return ciCacheStatus(context);
  };
  const group = register(ci, 'cache', { summary: 'Show the check cache', examples: ['ci cache'] }, status);
  register(
    group,
    'status',
    {
      summary: 'Show the size and the hit rate',
      details: 'Shows what the check cache of this machine holds, and how often it was hit.',
      examples: ['ci cache status'],
    },
    status,
  );
  register(
    group,
    'clear',
    {
      summary: 'Empty the cache of this machine',
      examples: ['ci cache clear', 'ci cache clear --older-than 7d'],
    },
    async (context, _args, options) => {
      const { ciCacheClear } = await import('../commands/ci-cache.ts');
      const olderThan = options['olderThan'];
      return ciCacheClear(context, typeof olderThan === 'string' ? olderThan : null);
    },
  ).option('--older-than <duration>', 'only entries not used for this long, such as 7d');
  register(
    group,
    'keygen',
    {
      summary: 'Make the keys of a shared cache',
      details: 'Makes a pair of keys for a shared cache, and says where each one goes.',
      examples: ['ci cache keygen'],
    },
    async (context) => {
      const { ciCacheKeygen } = await import('../commands/ci-cache.ts');
      return ciCacheKeygen(context);
    },
  );
}
