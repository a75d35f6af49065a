import { spawn } from 'node:child_process';
import { runGit } from '../../providers/git/run-git.ts';

/** The documents come with the source; a name for each is all that can be linked to. */
export const LINT_DOCUMENTS: string = 'urn:glidepath:';

/** Where the repository begins; outside git, where the command runs. */
export async function topOf(cwd: string): Promise<string> {
  const { code, stdout } = await runGit(spawn, cwd, ['rev-parse', '--show-toplevel']).catch(() => ({
    code: 1,
    stdout: '',
  }));
  return code === 0 ? stdout.trim() : cwd;
}
