import type { ResolvedApp } from '../resolved.ts';
import type { AppScope } from '../resolve/layers.ts';

/** One app in one environment as the rules look at it: what is written, and what comes of it. */
export interface CheckedScope extends AppScope {
  readonly resolved: ResolvedApp;
}
