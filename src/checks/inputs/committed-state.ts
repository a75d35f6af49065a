import { ToolError } from '../../diagnostics/tool-error.ts';
import type { RunGit } from './run-git.ts';

/** Names in the message; whoever has added one file by force has often added hundreds. */
const SHOWN_MAX = 3;

/**
 * Refuses a checkout in which git tracks something below `.glidepath`: that is where Glidepath keeps what it knows, so
 * a branch could say there what has passed, been approved or been deployed, and which programs a check finds first.
 * Whatever its letters are, for many disks do not tell them apart. Nothing where there is no repository. Throws
 * STATE_COMMITTED.
 */
export async function refuseCommittedState(runGit: RunGit, root: string): Promise<void> {
  const listed = await runGit(root, ['ls-files', '-z', '--cached', '--', ':(icase).glidepath']);
  const paths = [...new Set(listed?.stdout.toString().split('\0').filter(Boolean))];
  if (paths.length === 0) return;
  const more = paths.length > SHOWN_MAX ? ` and ${paths.length - SHOWN_MAX} more` : '';
  const names = paths.slice(0, SHOWN_MAX).join(', ');
  throw new ToolError('STATE_COMMITTED', `The state of Glidepath is committed: ${names}${more}.`, {
    hint: 'Find out who committed it, and remove it: git rm -r .glidepath && git commit',
  });
}
