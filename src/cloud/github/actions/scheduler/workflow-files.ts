import { runGit, tryGit } from '../../git/run-git.ts';
import type { WorkflowReading } from '../model/verdicts.ts';
import { readWorkflow } from '../read/read-workflow.ts';

const FOLDER = '.github/workflows';

/** A workflow file of a commit. */
export interface WorkflowFile {
  readonly path: string;
  readonly text: string;
  readonly reading: WorkflowReading;
}

/** All of a commit, by path. */
export async function workflowFiles(dir: string, sha: string): Promise<ReadonlyMap<string, WorkflowFile>> {
  const { code, stdout } = await tryGit({ dir, args: ['ls-tree', '-z', sha, `${FOLDER}/`] });
  if (code !== 0) return new Map();
  const files = new Map<string, WorkflowFile>();
  for (const entry of stdout.split('\0')) {
    const [, path = ''] = entry.split('\t');
    if (!/\.ya?ml$/u.test(path) || !/^100\d+ blob /u.test(entry)) continue;
    const text = await runGit({ dir, args: ['cat-file', 'blob', `${sha}:${path}`] });
    files.set(path, { path, text, reading: readWorkflow(path, text) });
  }
  return files;
}
