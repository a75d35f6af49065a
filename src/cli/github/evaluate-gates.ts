import type { Gate, ResolvedApproval, ResolvedEnvironment } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { approvalError, refusalWords } from '../../pipeline/approval/approval-words.ts';
import { shortPlan } from '../../pipeline/approval/plan-hash.ts';
import { isRefusal } from '../../pipeline/approval/is-refusal.ts';
import { ciGateState } from '../../pipeline/github/ci-gate.ts';
import type { Trigger } from '../../plan/plan.ts';
import { durationWords, list } from '../../plan/words.ts';
import { unreachable } from '../../util/assert.ts';
import { utcTime } from '../../util/utc-time.ts';
import { planFor } from '../commands/plan.ts';
import type { CommandContext } from '../command-context.ts';
import type { Workbench } from '../workbench.ts';
import { askForApproval } from './ask-for-approval.ts';
import { githubDesk } from './github-desk.ts';
import { githubContextOf } from './read-github-context.ts';
import { readApproval, requiredApproval, type ApprovalScope } from './read-approval.ts';
import { askReviewers } from './review-approval.ts';
import { requireAllowed, requireCommitAllowed, triggerHere } from './require-allowed.ts';

/** One gate, and how it stands. `later`: it is asked by the deployment itself. */
export interface GateRow {
  readonly gate: string;
  readonly state: 'holds' | 'waits' | 'refused' | 'later' | 'not asked';
  readonly why: string;
}

/** How all gates of an environment stand for a commit. */
export interface GatesVerdict {
  readonly environment: string;
  /** Empty where the event itself was refused. */
  readonly commit: string;
  /** The hash of the plan; null where no approval is asked for. */
  readonly plan: string | null;
  /** Whether the deployment may begin. */
  readonly approved: boolean;
  readonly gates: readonly GateRow[];
  /** Where the approval was asked for. */
  readonly askedAt: string | null;
  /** What reviewers of GitHub are asked about next, for the job that deploys; null where none are. */
  readonly asked: string | null;
  /** What they agree to, step by step; empty where none are asked. */
  readonly steps: readonly string[];
  /** Of the first gate that refuses. */
  readonly error: ToolError | null;
}

/** Which environment, and where the rest is read from: only once the event may start it. */
export interface GatesQuestion {
  readonly environment: ResolvedEnvironment;
  /** The environment whose live release is to be promoted; null: the commit is deployed. */
  readonly from: string | null;
  commit(): Promise<string>;
  readHistory(): Promise<void>;
}

/** A gate that was evaluated. */
type Answer = Pick<GateRow, 'state' | 'why'>;

/** Asks every gate, cheap ones first; people are asked only when all others hold. */
export async function evaluateGates(
  context: CommandContext,
  bench: Workbench,
  question: GatesQuestion,
): Promise<GatesVerdict> {
  const { environment, from } = question;
  const rows: GateRow[] = [];
  let error: ToolError | null = null;
  const ask = async (gate: string, answer: () => Promise<Answer>): Promise<boolean> => {
    try {
      rows.push({ gate, ...(await answer()) });
    } catch (thrown) {
      if (!isRefusal(thrown)) throw thrown;
      error ??= thrown;
      rows.push({ gate, state: 'refused', why: thrown.message });
    }
    return rows.at(-1)?.state !== 'refused';
  };
  const verdict = (commit: string, more: Partial<GatesVerdict> = {}): GatesVerdict => ({
    environment: environment.name,
    commit,
    plan: null,
    approved: rows.every(({ state }) => state === 'holds' || state === 'later'),
    gates: rows,
    askedAt: null,
    asked: null,
    steps: [],
    error,
    ...more,
  });
  let allowed: ReturnType<typeof requireAllowed> = null;
  const isAllowed = await ask('event', async () => {
    const confirm = githubContextOf(context)?.inputs['confirm'] ?? null;
    const command = from === null ? 'deploy' : 'promote';
    allowed = requireAllowed(context, bench, { command, environment, confirm });
    return { state: 'holds', why: allowed === null ? 'a person asks' : `may deploy to ${environment.name}` };
  });
  if (!isAllowed) return verdict('');
  await question.readHistory();
  const commit = await question.commit();
  await ask('commit', async () => {
    if (from !== null) return { state: 'holds', why: `${commit.slice(0, 7)} is live in ${from}` };
    await requireCommitAllowed(context, bench, allowed, { environment, commit });
    return {
      state: 'holds',
      why: `${commit.slice(0, 7)} is what was asked for, and not older than what is live`,
    };
  });
  const { gates } = environment;
  for (const gate of gates.filter(({ kind }) => kind !== 'approval'))
    await ask(nameOf(gate), () => answerOf(bench, gate, commit));
  const asked = await askPeople(context, bench, {
    environment,
    from,
    commit,
    ask,
    isRefused: () => error !== null,
  });
  return verdict(commit, asked);
}

function nameOf(gate: Gate): string {
  return gate.kind === 'passed' ? `passed('${gate.environment}')` : `${gate.kind}()`;
}

async function answerOf(
  { deps, history }: Workbench,
  gate: Exclude<Gate, ResolvedApproval> | Gate,
  commit: string,
): Promise<Answer> {
  const short = commit.slice(0, 7);
  switch (gate.kind) {
    case 'passed': {
      const release = history.passed(gate.environment, commit);
      if (release !== null) return { state: 'holds', why: `${release.id} was live in ${gate.environment}` };
      throw new ToolError('GATE_REFUSED', `${short} has not passed in ${gate.environment}.`, {
        hint: `Deploy it there first: glidepath deploy ${gate.environment} --ref ${short}`,
      });
    }
    case 'checks':
      return checked(await deps.checkRuns(commit), short);
    case 'safe-migrations':
      return {
        state: 'later',
        why: `tried on a branch of the database before anything is changed: nobody is kept out longer than ${durationWords(gate.blocksAtMostMs)}`,
      };
    case 'quality':
      return {
        state: 'later',
        why: 'the deployment runs what the cache does not hold, and judges the very images before anything is pushed',
      };
    case 'approval':
      return { state: 'later', why: 'asked last' };
    default:
      return unreachable(gate);
  }
}

function checked(runs: Parameters<typeof ciGateState>[0] | null, short: string): Answer {
  if (runs === null) return { state: 'later', why: 'the deployment runs the checks itself' };
  const state = ciGateState(runs);
  switch (state.kind) {
    case 'passed':
      return { state: 'holds', why: `"CI gate" passed for ${short}` };
    case 'pending':
      return { state: 'later', why: `"CI gate" of ${short} is under way, and the deployment waits for it` };
    case 'missing':
      throw new ToolError(
        'GATE_REFUSED',
        `GitHub has no job "CI gate" for ${short}: its checks have not run.`,
        {
          hint: 'Have the GitHub workflow call the one with the checks first (needs: ci); glidepath generate writes both.',
        },
      );
    case 'failed':
      throw new ToolError(
        'GATE_REFUSED',
        `"CI gate" of ${short} ended with ${state.run.conclusion ?? 'nothing'}.`,
        {
          hint:
            state.run.url === null ? 'See the checks of the commit on GitHub.' : `See why: ${state.run.url}`,
        },
      );
    default:
      return unreachable(state);
  }
}

/** Who asks, and how. */
interface PeopleQuestion {
  readonly environment: ResolvedEnvironment;
  readonly from: string | null;
  readonly commit: string;
  readonly ask: (gate: string, answer: () => Promise<Answer>) => Promise<boolean>;
  readonly isRefused: () => boolean;
}

async function askPeople(
  context: CommandContext,
  bench: Workbench,
  { environment, from, commit, ask, isRefused }: PeopleQuestion,
): Promise<Partial<GatesVerdict>> {
  const trigger: Trigger =
    from === null ? triggerHere(context, environment) : { kind: 'promote', from, to: environment.name };
  const { deployments } = planFor(bench.project, trigger, { environments: {} });
  const deployment = deployments.find((each) => each.environment === environment.name);
  const gate = deployment === undefined ? null : requiredApproval(deployment);
  if (deployment === undefined || gate === null) return {};
  if (isRefused()) {
    await ask('approval()', async () => ({ state: 'not asked', why: 'first the others have to hold' }));
    return {};
  }
  const desk = await githubDesk(context, bench);
  if (desk === null) {
    const why = 'the deployment asks when it comes to it: glidepath approve <run>';
    await ask('approval()', async () => ({ state: 'later', why }));
    return {};
  }
  const release = from === null ? null : (bench.history.live(from)?.release ?? null);
  const scope: ApprovalScope = { bench, desk, environment, deployment, commit, release };
  return gate.by === 'comment' ? askByComment(context, scope, gate, ask) : askByReview(scope, ask);
}

/** GitHub asks its reviewers in the job after this one, and the deployment holds them to what this one says. */
async function askByReview(scope: ApprovalScope, ask: PeopleQuestion['ask']): Promise<Partial<GatesVerdict>> {
  let told: Partial<GatesVerdict> = {};
  await ask('approval()', async () => {
    const { reviewers, plan, asked } = await askReviewers(scope);
    told = { plan, asked, steps: scope.deployment.steps.map(({ title }) => title) };
    return { state: 'later', why: `GitHub asks ${list(reviewers)} next, about plan ${shortPlan(plan)}` };
  });
  return told;
}

async function askByComment(
  context: CommandContext,
  scope: ApprovalScope,
  gate: ResolvedApproval,
  ask: PeopleQuestion['ask'],
): Promise<Partial<GatesVerdict>> {
  const { desk } = scope;
  let told: Partial<GatesVerdict> = {};
  await ask('approval()', async () => {
    const found = await readApproval(scope, gate);
    const { state, question, difference } = found;
    told = { plan: question.plan };
    const asked = await askForApproval(scope, found, {
      by: desk.github?.triggeringActor || context.by,
      isUsed: false,
    });
    told = { plan: question.plan, askedAt: asked.url };
    if (state.kind === 'approved') {
      const until = utcTime(state.expiresAt);
      return {
        state: 'holds',
        why: `${state.comment.author} agreed to plan ${shortPlan(question.plan)}, until ${until}: ${state.comment.url}`,
      };
    }
    // Agreed to another commit: that one may still be on its way, and this one is asked for by itself.
    const isOther = state.kind === 'void' && !question.commit.startsWith(state.command.commit);
    if (state.kind === 'rejected' || (state.kind === 'void' && !isOther))
      throw approvalError(question, state, { difference, askedAt: asked.url });
    const refused = state.refused.map((each) => refusalWords(each, question));
    const not = refused.length === 0 ? '' : ` (does not count: ${refused.join('; ')})`;
    return {
      state: 'waits',
      why: `somebody has to agree to plan ${shortPlan(question.plan)} at ${asked.url}${not}`,
    };
  });
  return told;
}
