import type { Command } from 'commander';
import type { Register } from './register.ts';

/** What is kept of the checks: look at it, empty it, and make keys to share it. */
export function addCacheCommands(ci: Command, register: Register): void {
  const status: Parameters<Register>[3] = async (context) => {
    const { ciCacheStatus } = await import('../commands/ci-cache.ts');
    return ciCacheStatus(context);
  };
  const group = register(ci, 'cache', 'what is kept of the checks that passed', status);
  register(group, 'status', 'how much this machine keeps, and how often it was of use', status);
  register(group, 'clear', 'remove what this machine keeps', async (context, _args, options) => {
    const { ciCacheClear } = await import('../commands/ci-cache.ts');
    const olderThan = options['olderThan'];
    return ciCacheClear(context, typeof olderThan === 'string' ? olderThan : null);
  }).option('--older-than <duration>', 'only what was not used for so long: 7d');
  register(
    group,
    'keygen',
    'make a pair of keys for a shared cache, and say where each goes',
    async (context) => {
      const { ciCacheKeygen } = await import('../commands/ci-cache.ts');
      return ciCacheKeygen(context);
    },
  );
}
