import type { ResolvedProject } from '../config/resolved.ts';
import { ToolError } from '../diagnostics/tool-error.ts';
import { dockerfileFiles } from './dockerfile/dockerfile-files.ts';
import { flyTomlFiles } from './fly-toml/fly-toml-files.ts';
import type { GeneratedFile } from './generated-file.ts';
import { githubFiles } from './github/github-files.ts';
import { runbookFiles } from './runbook/runbook-files.ts';

/**
 * Every file that a project has written into its repository, in a stable order. `version` is Glidepath's own. Nothing is read or written. Throws
 * CONFIG_CONFLICT when two of them would be one file.
 */
export function generateFiles(
  project: ResolvedProject,
  options: { readonly version: string },
): readonly GeneratedFile[] {
  const files = [
    ...flyTomlFiles(project),
    ...dockerfileFiles(project),
    ...runbookFiles(project),
    ...githubFiles({ project, version: options.version }),
  ];
  const seen = new Map<string, GeneratedFile>();
  for (const file of files) {
    const other = seen.get(file.path);
    if (other !== undefined) throw isTwice(file, other);
    seen.set(file.path, file);
  }
  return files;
}

function isTwice(file: GeneratedFile, other: GeneratedFile): ToolError {
  return new ToolError('CONFIG_CONFLICT', `Two files would be ${file.path}: ${other.reason} ${file.reason}`, {
    hint: 'Give them different names in files of glidepath.config.ts.',
  });
}
