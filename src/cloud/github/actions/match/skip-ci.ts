import type { GithubEvent } from '../model/github-event.ts';

const MARKS = ['[skip ci]', '[ci skip]', '[no ci]', '[skip actions]', '[actions skip]'];

/**
 * Whether the newest commit asks for no runs: only of `push` and `pull_request`. docs: skip-workflow-runs.
 * The trailer stands at the end, behind two empty lines.
 */
export function asksToSkip({ name, subject }: GithubEvent): boolean {
  if (name !== 'push' && name !== 'pull_request') return false;
  if (subject.kind !== 'push' && subject.kind !== 'pull-request') return false;
  const message = subject.headCommitMessage;
  return (
    MARKS.some((mark) => message.includes(mark)) || /\n\n\n?(?:.+\n)*skip-checks: ?true\s*$/.test(message)
  );
}
