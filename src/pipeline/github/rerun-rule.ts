import { ToolError } from '../../diagnostics/tool-error.ts';
import type { HistoryEntry, LiveRelease } from '../history.ts';

/** A run of GitHub Actions that is about to deploy a commit. */
export interface RerunQuestion {
  readonly environment: string;
  readonly commit: string;
  readonly attempt: number;
  readonly live: Pick<LiveRelease, 'release' | 'at'> | null;
  /** Of the environment, newest first. */
  readonly entries: readonly Pick<HistoryEntry, 'release' | 'at'>[];
  /** Whether the commit is reachable from the live one, and is not it. */
  readonly isBehindLive: boolean;
}

/**
 * Refuses a job that was run again after something newer went live: that would be a rollback that nobody asked for. Doing
 * the live commit again, or one that descends from it, is what re-runs are for. Throws GITHUB_RERUN_REFUSED. Pure.
 */
export function requireNotOld(question: RerunQuestion): void {
  const { environment, commit, attempt, live, entries, isBehindLive } = question;
  if (live === null || live.release.commit === commit) return;
  const was = entries.find(({ release }) => release.commit === commit);
  // Gone back from on purpose since: the job that brought it would bring it once more.
  const isGoneBackFrom = attempt > 1 && was !== undefined;
  if (!isBehindLive && !isGoneBackFrom) return;
  const short = commit.slice(0, 7);
  const what =
    attempt > 1
      ? `This is attempt ${attempt} of a run that would deploy ${short}`
      : `This run would deploy ${short}`;
  const since = isGoneBackFrom && !isBehindLive ? 'which was rolled back' : 'which is older';
  throw new ToolError(
    'GITHUB_RERUN_REFUSED',
    `${what}, ${since}: ${live.release.id} is live in ${environment}. Nothing was changed.`,
    {
      hint:
        was === undefined
          ? `What is live stays. To go back on purpose: glidepath rollback ${environment}`
          : isBehindLive
            ? `To go back to it on purpose: glidepath rollback ${environment} --to ${was.release.id}`
            : `To deploy it again on purpose: glidepath deploy ${environment} --ref ${short}, in a run of its own`,
    },
  );
}
