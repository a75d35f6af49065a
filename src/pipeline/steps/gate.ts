import type { Gate } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { StepExecutor } from '../../engine/graph.ts';
import { assert, unreachable } from '../../util/assert.ts';
import type { Json } from '../../util/json.ts';
import { requireCiGate } from '../github/ci-gate.ts';
import { requireSafeMigrations } from './probe.ts';
import { requireQuality } from './quality.ts';
import { runChecks } from '../run-checks.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { scopeOf, type StepScope } from '../step-scope.ts';
import { requireSameFilesRan } from './same-files.ts';

/** Evaluates one gate; an approval never comes here, the engine waits for it itself. */
export function gateStep(deps: PipelineDeps): StepExecutor {
  return {
    async execute(context) {
      const scope = scopeOf<'gate'>(deps, context);
      return evaluate(scope, scope.action.gate);
    },
  };
}

async function evaluate(scope: StepScope, gate: Gate): Promise<Json> {
  switch (gate.kind) {
    case 'passed':
      return passed(scope, gate.environment);
    case 'checks':
      return passedChecks(scope);
    case 'safe-migrations':
      return requireSafeMigrations(scope, gate);
    case 'quality':
      return requireQuality(scope, gate);
    case 'approval':
      assert(gate.optional, 'a required approval is a node of its own kind');
      return { approved: 'optional' };
    default:
      return unreachable(gate);
  }
}

async function passedChecks(scope: StepScope): Promise<Json> {
  const { deps, input } = scope;
  const runs = await deps.checkRuns(input.commit);
  if (runs === null) return runChecks(scope);
  return requireCiGate(scope, runs, async () => (await deps.checkRuns(input.commit)) ?? []);
}

async function passed(scope: StepScope, environment: string): Promise<Json> {
  const { commit, release } = scope.input;
  const found = scope.deps.history.passed(environment, commit);
  if (found === null) {
    throw new ToolError('GATE_REFUSED', `${commit.slice(0, 7)} has not passed in ${environment}.`, {
      hint: `Deploy it there first: glidepath deploy ${environment} --ref ${commit.slice(0, 7)}`,
    });
  }
  if (release !== null && release.id !== found.id) {
    throw new ToolError(
      'GATE_REFUSED',
      `What passed in ${environment} is ${found.id}, not ${release.id}: the same commit with other digests.`,
      { hint: `Promote what passed: glidepath promote ${environment} ${scope.input.environment.name}` },
    );
  }
  scope.context.log(`${found.id} was live in ${environment}`);
  await requireSameFilesRan(scope, environment);
  return { release: found.id };
}
