import type { ResolvedProject } from '../../config/resolved.ts';
import type { GeneratedFile } from '../generated-file.ts';

/** The fly.toml of every app in every environment. */
export function flyTomlFiles(_project: ResolvedProject): readonly GeneratedFile[] {
  return [];
}
