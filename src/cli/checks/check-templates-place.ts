import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the templates of check databases are: of this user on this machine. */
export function checkTemplatesPlace(env: Readonly<Record<string, string | undefined>>): string {
  const cache = env['XDG_CACHE_HOME'];
  const base = cache === undefined || cache === '' ? join(homedir(), '.cache') : cache;
  return join(base, 'glidepath', 'postgres');
}
