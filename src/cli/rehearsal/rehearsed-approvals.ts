import type { ResolvedProject } from '../../config/resolved.ts';
import { commandText } from '../../pipeline/approval/approval-command.ts';
import { shortPlan } from '../../pipeline/approval/plan-hash.ts';
import type { CodeHostReader } from '../../providers/code-host.ts';
import { commentGateOf } from '../github/approval-question.ts';
import { waitingReviews } from '../github/decide-as-reviewer.ts';
import { undecided } from '../github/waiting-approvals.ts';

/** An approval that a rehearsal ended at. */
export interface RehearsedApproval {
  readonly environment: string;
  readonly commit: string;
  /** The digits of the plan that are agreed to; null where reviewers are asked. */
  readonly plan: string | null;
  /** The comment that asks, or the run that waits for its reviewers. */
  readonly url: string;
  /** What is written in a comment to agree; null where reviewers are asked. */
  readonly line: string | null;
  /** What is typed instead. */
  readonly command: string;
}

/** Who agrees where whoever asked may not: anybody, for the local GitHub makes them. */
const SOMEBODY = 'ada';

/** What a commit waits for on the local GitHub, before anything of it is deployed. */
export async function rehearsedApprovals(
  host: CodeHostReader,
  { environments }: Pick<ResolvedProject, 'environments'>,
  { commit, now }: { readonly commit: string; readonly now: number },
): Promise<readonly RehearsedApproval[]> {
  const found: RehearsedApproval[] = [];
  for (const environment of environments) {
    const { name } = environment;
    const gate = commentGateOf(environment);
    if (gate === null) {
      found.push(...(await reviewsOf(host, environment, commit)));
      continue;
    }
    const who = gate.excludesInitiator
      ? ` --as ${gate.approvers.find((each) => !each.includes('/')) ?? SOMEBODY}`
      : '';
    for (const { request, url } of await undecided(host, gate, { environment: name, commit, now })) {
      if (request.commit !== commit) continue;
      found.push({
        environment: name,
        commit,
        plan: shortPlan(request.plan),
        url,
        line: commandText('approve', request),
        command: `glidepath approve ${name} --commit ${commit.slice(0, 7)}${who} --local`,
      });
    }
  }
  return found;
}

/** What reviewers are asked about a commit. */
async function reviewsOf(
  host: CodeHostReader,
  { name, gates }: ResolvedProject['environments'][number],
  commit: string,
): Promise<readonly RehearsedApproval[]> {
  if (!gates.some((gate) => gate.kind === 'approval' && gate.by === 'reviewers')) return [];
  const waiting = (await waitingReviews(host, name)).filter(({ run }) => run.headSha === commit);
  return waiting.map(({ run, pending: { reviewers } }) => {
    const person = reviewers.find((each) => !each.includes('/')) ?? SOMEBODY;
    const command = `glidepath approve ${name} --commit ${commit.slice(0, 7)} --as ${person} --local`;
    return { environment: name, commit, plan: null, url: run.url, line: null, command };
  });
}
