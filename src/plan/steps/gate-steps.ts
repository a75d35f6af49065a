import type { Gate } from '../../config/resolved.ts';
import type { ResolvedQuality } from '../../config/resolved-ci.ts';
import { unreachable } from '../../util/assert.ts';
import type { PlanStep } from '../plan.ts';
import { durationWords, list, releaseWords } from '../words.ts';
import { migrationFilesSteps } from './migration-file-steps.ts';
import type { Stage, StageContext } from './stage.ts';

/** Reading a record, or asking git. */
const LOOK_UP_MS = 60_000;
/** All checks of a commit, one after the other in the worst case. */
const CHECKS_MS = 60 * 60_000;

/**
 * What must hold before anything is built or changed, cheap things first: what can be looked up, then what has to be
 * run, and a person is asked only when all of that holds.
 */
export function gateStage(context: StageContext, after: readonly string[]): Stage {
  const gates = distinctGates(context.match.environment.gates);
  const lookedUp = gates.filter((gate) => gate.kind === 'passed');
  const checked = gates.filter((gate) => gate.kind === 'checks');
  // After the checks: what they have left is restored, and not made twice in one checkout at once.
  const judged = gates.filter((gate) => gate.kind === 'quality');
  const asked = gates.filter((gate) => gate.kind === 'approval' && !gate.optional);

  // A pull request may be rebased: its review app follows the branch wherever it goes.
  const steps: PlanStep[] = context.match.pullRequest === null ? [ancestryStep(context, after)] : [];
  steps.push(...migrationFilesSteps(context, after));
  steps.push(...lookedUp.map((gate) => gateStep(context, gate, after)));
  let last: readonly string[] = steps.length === 0 ? after : steps.map((step) => step.id);
  for (const tier of [checked, judged, asked]) {
    if (tier.length === 0) continue;
    const tierSteps = tier.map((gate) => gateStep(context, gate, last));
    steps.push(...tierSteps);
    last = tierSteps.map((step) => step.id);
  }
  return { steps, last };
}

/** Whether there is an approval that nothing waits for. */
export function hasOptionalApproval(gates: readonly Gate[]): boolean {
  return distinctGates(gates).some((gate) => gate.kind === 'approval' && gate.optional);
}

/** A gate written twice is one gate; of two approvals the one that is required counts. */
function distinctGates(gates: readonly Gate[]): Gate[] {
  const byId = new Map<string, Gate>();
  for (const gate of gates) {
    const known = byId.get(idOf(gate));
    if (known === undefined || (gate.kind === 'approval' && !gate.optional)) byId.set(idOf(gate), gate);
  }
  return [...byId.values()];
}

function idOf(gate: Gate): string {
  return gate.kind === 'passed' ? `gate:passed-${gate.environment}` : `gate:${gate.kind}`;
}

function ancestryStep({ match, observed }: StageContext, needs: readonly string[]): PlanStep {
  return {
    id: 'ancestry',
    needs,
    title: 'Not older than what runs',
    reason: ancestryReason(match.environment.name, observed?.liveRelease),
    mutates: false,
    undo: null,
    timeoutMs: LOOK_UP_MS,
    action: { kind: 'ancestry' },
  };
}

function ancestryReason(
  name: string,
  live: { readonly id: string; readonly commit: string } | null | undefined,
): string {
  if (live === undefined) return `refuses a commit that is not a descendant of the one live in ${name}`;
  if (live === null) return `nothing is live in ${name} yet, so any commit may be the first`;
  return `${releaseWords(live)} is live in ${name}: refuses a commit that is not its descendant`;
}

/** The step of one gate. */
export function gateStep(context: StageContext, gate: Gate, needs: readonly string[]): PlanStep {
  return {
    id: idOf(gate),
    needs,
    ...wording(context, gate),
    mutates: false,
    undo: null,
    timeoutMs: timeoutOf(gate),
    action: { kind: 'gate', gate },
  };
}

function wording({ project, match }: StageContext, gate: Gate): { title: string; reason: string } {
  const of = `of ${match.name}`;
  switch (gate.kind) {
    case 'checks': {
      const names = project.checks.map((check) => check.name);
      const which =
        names.length === 0 ? 'the project has none' : `${list(names)} must be green for this commit`;
      return { title: 'Checks are green', reason: `gates: [checks()] ${of}: ${which}` };
    }
    case 'passed':
      return {
        title: `Passed in ${gate.environment}`,
        reason: `gates: [passed('${gate.environment}')] ${of}: this same release must have been live there`,
      };
    case 'approval':
      return {
        title: 'Approved by a person',
        reason: `gates: [approval()] ${of}: nothing is built or changed before somebody approves`,
      };
    case 'quality':
      return {
        title: 'Quality gate holds',
        reason: `gates: [quality()] ${of}: ${qualityWords(gate)}`,
      };
    case 'safe-migrations':
      return {
        title: 'Migrations are safe',
        reason: `gates: [safeMigrations()] ${of}: tested on a throwaway branch, they may block nobody for more than ${durationWords(gate.blocksAtMostMs)}`,
      };
    default:
      return unreachable(gate);
  }
}

/** What the gate asks for, with its figures. */
function qualityWords({ coverage, changeCoverage, failOn, allowsFlaky }: ResolvedQuality): string {
  const asked = [
    'all checks passed for this commit, also those that are not fast',
    ...(coverage === null ? [] : [`at least ${coverage} % of lines covered`]),
    ...(changeCoverage === null
      ? []
      : [`at least ${changeCoverage} % of what changed since the live release`]),
    failOn === 'critical' ? 'no critical finding' : `no finding that is ${failOn} or worse`,
    'no expired exception',
    ...(allowsFlaky ? [] : ['no flaky test']),
  ];
  return `${list(asked)}, for the very images that are deployed`;
}

function timeoutOf(gate: Gate): number {
  // The environment is locked while a run waits: an approval that nobody gives in time gives the lock back.
  if (gate.kind === 'approval') return gate.expiresAfterMs;
  return gate.kind === 'passed' ? LOOK_UP_MS : CHECKS_MS;
}
