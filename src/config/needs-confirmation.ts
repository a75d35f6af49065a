import type { ResolvedEnvironment } from './resolved.ts';

/**
 * Whether the name of an environment has to be typed before something is started in it by hand on GitHub: where it has
 * gates, or is called production. The wrong line of a list is quickly chosen.
 */
export function needsConfirmation({ name, gates }: Pick<ResolvedEnvironment, 'name' | 'gates'>): boolean {
  return gates.length > 0 || name === 'production';
}
