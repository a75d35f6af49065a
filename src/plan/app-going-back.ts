import type { ResolvedApp } from '../config/resolved.ts';

/**
 * An app as a rollback deploys it: without a canary. The release has served there before, and the one it would be
 * compared with, for the whole bake time, is the one that is to go.
 */
export function appGoingBack<A extends ResolvedApp>(app: A): A {
  return app.platform === 'fly' && app.strategy === 'canary' ? { ...app, strategy: 'rolling' } : app;
}
