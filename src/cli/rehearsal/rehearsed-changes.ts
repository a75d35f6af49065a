import { readFile } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { authorshipOf } from '../../emit/stamp.ts';
import type { GeneratedFile } from '../../emit/generated-file.ts';
import type { FileChange, ScratchRepository } from '../../providers/git/scratch-repository.ts';
import type { RehearsedSource } from './rehearsal-commit.ts';

/** Below this GitHub finds its workflows and what Dependabot is told. */
const GITHUB_FOLDER = '.github/';

/**
 * What `--change FILE` puts into the commit: the file as it is in the working copy, or with an empty line more where
 * that is what is committed already. Throws CLI_USAGE for a file that is not there or lies elsewhere.
 */
export async function changedFiles(
  scratch: ScratchRepository,
  source: RehearsedSource,
  options: {
    readonly root: string;
    readonly cwd: string;
    readonly files: readonly string[];
    /** What the working copy is of. */
    readonly head: RehearsedSource;
  },
): Promise<readonly FileChange[]> {
  const changes: FileChange[] = [];
  for (const file of options.files) {
    const absolute = resolve(options.cwd, file);
    const path = relative(options.root, absolute).split(sep).join('/');
    if (path === '' || path.startsWith('../')) {
      throw new ToolError('CLI_USAGE', `${file} is not in the folder of the project.`, {
        hint: 'Name a file of the project: glidepath rehearse push main --change src/server.ts',
      });
    }
    const content = await readFile(absolute, 'utf8').catch(() => null);
    if (content === null) {
      throw new ToolError('CLI_USAGE', `There is no file ${file} to rehearse a change of.`, {
        hint: 'Name a file of the project: glidepath rehearse push main --change src/server.ts',
      });
    }
    const { head } = options;
    const committed = await scratch.read(head.commit, `${head.folder}${path}`);
    // An earlier rehearsal may have left it with an empty line more already.
    const there = await scratch.read(source.commit, `${source.folder}${path}`);
    changes.push({ path, content: committed === content ? `${there ?? content}\n` : content });
  }
  return changes;
}

/**
 * The generated GitHub workflows that are not in the commit as they would be generated now: a rehearsal is of what
 * GitHub would do. What somebody wrote or edited stays as it is.
 */
export async function missingWorkflows(
  scratch: ScratchRepository,
  source: RehearsedSource,
  generated: readonly GeneratedFile[],
): Promise<readonly FileChange[]> {
  const missing: FileChange[] = [];
  for (const { path, content } of generated) {
    if (!path.startsWith(GITHUB_FOLDER)) continue;
    const committed = await scratch.read(source.commit, `${source.folder}${path}`);
    const isOurs = committed === null || authorshipOf(committed) === 'unedited';
    if (isOurs && committed !== content) missing.push({ path, content });
  }
  return missing;
}
