import { EARLIER_MAX, requestMarker, type WaitingRequest } from '../../pipeline/approval/waiting-request.ts';
import { planParts } from '../../pipeline/approval/plan-hash.ts';
import { voidWords } from '../../pipeline/approval/approval-words.ts';
import { durationWords, list } from '../../plan/words.ts';
import { utcTime } from '../../util/utc-time.ts';
import { requestComment } from './approval-comment.ts';
import { requestAmong, threadToAsk } from './approval-thread.ts';
import { link, plain } from './markdown.ts';
import type { ApprovalScope, FoundApproval } from './read-approval.ts';

/**
 * Asks for an approval where the commit came from, or in the issue of its environment; what was asked before of the same
 * commit is brought up to date. `isUsed`: the deployment that it is asked for begins where it was approved. Returns the
 * address of the comment.
 */
export async function askForApproval(
  scope: ApprovalScope,
  found: FoundApproval,
  { by, isUsed }: { readonly by: string; readonly isUsed: boolean },
): Promise<{ readonly url: string; readonly request: WaitingRequest }> {
  const { desk, environment, commit, deployment, release, bench } = scope;
  const { question, subject, threads } = found;
  const known = requestAmong(
    threads.flatMap((thread) => thread.comments),
    environment.name,
    commit,
  );
  const request = requestOf(scope, found, known?.request ?? null, by);
  const thread = threads.find(({ comments }) => comments.some(({ id }) => id === known?.comment.id));
  const number = thread?.number ?? (await threadToAsk(desk.host, environment.name, threads));
  const body = requestComment({
    request,
    subject: await bench.source.subject(commit),
    release: release?.id ?? null,
    live: subject.live,
    liveCommit: bench.history.live(environment.name)?.release.commit ?? null,
    repositoryUrl: (await desk.host.repository()).url,
    runUrl: desk.github?.runUrl ?? null,
    steps: deployment.steps,
    migrations: await migrationFiles(scope),
    who: whoMayAgree(found),
    expiresAfter: durationWords(question.expiresAfterMs),
    standing: standing(found, isUsed ? (desk.github?.runUrl ?? null) : null),
    isOpen: found.state.kind === 'pending' || found.state.kind === 'void',
  });
  const marker = requestMarker(environment.name, commit);
  const { url } = await desk.host.upsertComment(number, marker, bench.vault.redact(body));
  return { url, request };
}

function whoMayAgree({ gate, question }: FoundApproval): string {
  const who = gate.approvers.length === 0 ? 'whoever may write to the repository' : list(gate.approvers);
  return question.excluded.length === 0
    ? who
    : `${who}; but not ${list(question.excluded)}, who asked for it`;
}

function requestOf(
  { desk, bench, deployment, environment, commit }: ApprovalScope,
  { question, subject }: FoundApproval,
  known: WaitingRequest | null,
  by: string,
): WaitingRequest {
  // Who asked first is who asked: a run that was started again by an approval has nobody behind it.
  const isSame = known?.plan === question.plan;
  const earlier = known === null || isSame ? (known?.earlier ?? []) : [known, ...known.earlier];
  const { github } = desk;
  const isNamed = github !== null && (github.refType === 'branch' || github.refType === 'tag');
  return {
    version: 1,
    environment: environment.name,
    commit,
    plan: question.plan,
    parts: planParts(subject),
    earlier: earlier.map(({ plan, parts }) => ({ plan, parts })).slice(0, EARLIER_MAX),
    action: deployment.action === 'promote' ? 'promote' : 'deploy',
    ref: isNamed ? github.refName : bench.project.mainBranch,
    steps: deployment.steps.map(({ title }) => title),
    by: by.endsWith('[bot]') ? (known?.by ?? '') : known?.by || by,
    at: isSame ? known.at : Math.trunc(bench.clock.now()),
  };
}

/** `used`: the page of the run that the approval was used by. */
function standing({ state, question, difference }: FoundApproval, used: string | null): string {
  switch (state.kind) {
    case 'approved':
      return `Approved by ${plain(state.comment.author)} on ${utcTime(state.comment.createdAt)}; ${used === null ? `it holds until ${utcTime(state.expiresAt)}` : `used by ${link('this deployment', used)}`}.`;
    case 'rejected':
      return `Rejected by ${plain(state.comment.author)} on ${utcTime(state.comment.createdAt)}.`;
    case 'void':
      return plain(voidWords(question, state, difference));
    case 'pending':
      return 'Nothing is built or changed before somebody agrees.';
    default:
      throw new TypeError(`unknown ${String(state satisfies never)}`);
  }
}

/** What the commit has below the directories of migrations and what is live has not; none where either is not known. */
async function migrationFiles({ bench, environment, commit }: ApprovalScope): Promise<readonly string[]> {
  const live = bench.history.live(environment.name)?.release.commit;
  const known = live !== undefined && (await bench.source.hasCommit(live)) ? live : null;
  const changed = known === null ? [] : await bench.source.changedFiles(known, commit);
  return changed.filter((file) => /(^|\/)migrations?\//.test(file)).slice(0, FILES_MAX);
}

/** More are seen in the commit itself. */
const FILES_MAX = 20;
