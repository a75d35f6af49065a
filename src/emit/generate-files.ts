import type { ResolvedProject } from '../config/resolved.ts';
import { dockerfileFiles } from './dockerfile/dockerfile-files.ts';
import { flyTomlFiles } from './fly-toml/fly-toml-files.ts';
import type { GeneratedFile } from './generated-file.ts';
import { runbookFiles } from './runbook/runbook-files.ts';

/** Every file that a project has written into its repository, in a stable order. Pure: nothing is read or written. */
export function generateFiles(project: ResolvedProject): readonly GeneratedFile[] {
  return [...flyTomlFiles(project), ...dockerfileFiles(project), ...runbookFiles(project)];
}
