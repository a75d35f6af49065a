import { ToolError } from '../../diagnostics/tool-error.ts';
import type { FileChange, ScratchRepository } from '../../providers/git/scratch-repository.ts';
import type { LocalGithub } from './local-github.ts';
import type { ExpectedEvents } from './rehearsal-end.ts';
import type { RehearsedSource } from './rehearsal-commit.ts';

/** What a rehearsal is made with. */
export interface RehearsalScene {
  readonly github: LocalGithub;
  readonly scratch: ScratchRepository;
  readonly mainBranch: string;
  /** What the repository of the project has under a name; null where it has nothing of it. */
  readonly sourceOf: (ref: string) => Promise<RehearsedSource | null>;
  /** HEAD, where the project has no such branch or tag. */
  readonly head: RehearsedSource;
  /** What differs in the commit: files that were named, and GitHub workflows that are not committed. */
  readonly changesOf: (source: RehearsedSource) => Promise<readonly FileChange[]>;
  /** Says something besides what is shown. */
  readonly warn: (line: string) => void;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/** What was done, and what will come of it. */
export interface RehearsedAct {
  readonly expected: ExpectedEvents;
  /** The commit that was pushed, tagged or merged; null where none was. */
  readonly sha: string | null;
  readonly pullRequest: number | null;
}

/** What stops a rehearsal of something that builds on what was never pushed. */
export function nothingThere(branch: string): ToolError {
  return new ToolError('PLAN_UNKNOWN_TRIGGER', `The local GitHub has no branch ${branch} yet.`, {
    hint: `Rehearse a push first: glidepath rehearse push ${branch}`,
  });
}
