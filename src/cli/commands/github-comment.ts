import { appendFileSync } from 'node:fs';
import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { readCommand, type ApprovalCommand } from '../../pipeline/approval/approval-command.ts';
import type { HostComment } from '../../providers/code-host.ts';
import type { Json } from '../../util/json.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { helpText } from '../github/approval-comment.ts';
import { answerDecision } from '../github/answer-decision.ts';
import { requireDesk, type GithubDesk } from '../github/github-desk.ts';
import { plain } from '../github/markdown.ts';
import type { GithubContext } from '../github/github-context.ts';
import { readGithubContext } from '../github/read-github-context.ts';
import { openBench } from './deploy.ts';

/** `glidepath github comment`: reads the comment that this run was started by, and answers it. */
export async function githubComment(context: CommandContext): Promise<ExitCode> {
  await using bench = await openBench(context, { journalOnly: true });
  const { github, issue, id } = requireCommentEvent(readGithubContext(context));
  const desk = await requireDesk(context, bench);
  const thread = await desk.host.comments(issue);
  // As it is now, and not as the event tells of it: it may have been edited or taken away since.
  const comment = thread.find((each) => each.id === id);
  const command = comment === undefined || comment.isByApp ? null : readCommand(comment.body);
  if (comment === undefined || command === null) {
    tell(context, github, 'Nothing to do: the comment is gone, or is not a command from a person.');
    return EXIT.ok;
  }
  try {
    const said = await answer({ context, desk, issue, comment, command, thread });
    tell(context, github, said);
    return EXIT.ok;
  } catch (error) {
    if (error instanceof ToolError) tell(context, github, `Refused: ${error.message}`, plain(comment.author));
    throw error;
  }

  async function answer(asked: {
    readonly context: CommandContext;
    readonly desk: GithubDesk;
    readonly issue: number;
    readonly comment: HostComment;
    readonly command: ApprovalCommand;
    readonly thread: readonly HostComment[];
  }): Promise<string> {
    if (asked.command.kind !== 'help' && asked.command.kind !== 'mistake')
      return answerDecision({ ...asked, bench, command: asked.command });
    const why = asked.command.kind === 'help' ? null : asked.command.why;
    await asked.desk.host.addComment(asked.issue, helpText(why));
    return why === null ? 'Answered with the commands that are known.' : `Not carried out: ${why}.`;
  }
}

/** Throws GITHUB_EVENT_MISMATCH for anything but a new comment: an edited one says something that was not said then. */
function requireCommentEvent(github: GithubContext | null): {
  readonly github: GithubContext;
  readonly issue: number;
  readonly id: number;
} {
  const issue = numberIn(github?.payload, 'issue', 'number');
  const id = numberIn(github?.payload, 'comment', 'id');
  if (github?.name === 'issue_comment' && github.action === 'created' && issue !== null && id !== null)
    return { github, issue, id };
  const what =
    github === null
      ? 'This is not a run of GitHub Actions'
      : `This run was started by ${github.name || 'nothing'}${github.action === null ? '' : ` (${github.action})`}, and not by a new comment`;
  throw new ToolError('GITHUB_EVENT_MISMATCH', `${what}: there is no comment to read. Nothing was changed.`, {
    hint: 'The GitHub workflow approvals.yml calls this, on issue_comment of the type created: glidepath generate',
  });
}

function numberIn(payload: Json | undefined, part: string, name: string): number | null {
  const found = fieldsOf(fieldsOf(payload)[part])[name];
  return typeof found === 'number' && Number.isSafeInteger(found) ? found : null;
}

function fieldsOf(value: Json | undefined): { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })
    : {};
}

/** What was done, in the log and on the page of the run. */
function tell(context: CommandContext, github: GithubContext, said: string, who = ''): void {
  context.output.write(`${said}\n`);
  if (github.summaryFile === null) return;
  appendFileSync(
    github.summaryFile,
    `## Command in a comment${who === '' ? '' : ` by ${who}`}\n\n${plain(said)}\n`,
  );
}
