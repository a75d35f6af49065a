import type { ConfigPath } from '../config-path.ts';
import type { AppOverrides } from '../definition/app-definition.ts';

/** Settings that are written in one place. */
export interface Layer {
  readonly path: ConfigPath;
  readonly settings: AppOverrides;
}
