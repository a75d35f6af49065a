import { CI_GATE } from '../../config/github-names.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { HostCheckRun } from '../../providers/code-host.ts';
import type { Json } from '../../util/json.ts';
import type { StepScope } from '../step-scope.ts';

/** What jobs report as. A check of that name by any other app says nothing. */
const ACTIONS_APP = 'github-actions';
/** Between two looks at checks that are still under way; a job may ask a thousand times an hour. */
const LOOK_MS = 15_000;

/** How the checks of a commit stand by what GitHub says of its "CI gate". */
export type CiGateState =
  | { readonly kind: 'passed'; readonly url: string | null }
  | { readonly kind: 'pending' }
  | { readonly kind: 'failed'; readonly run: HostCheckRun }
  | { readonly kind: 'missing' };

/**
 * Reads the state of the job "CI gate" from the check runs of one commit; in a GitHub workflow that calls the one with
 * the checks it is called `ci / CI gate`. Passed once, a commit has passed: its content cannot change. Pure.
 */
export function ciGateState(runs: readonly HostCheckRun[]): CiGateState {
  const gates = runs.filter(
    ({ name, app }) => app === ACTIONS_APP && (name === CI_GATE || name.endsWith(` / ${CI_GATE}`)),
  );
  const passed = gates.find(({ status, conclusion }) => status === 'completed' && conclusion === 'success');
  if (passed !== undefined) return { kind: 'passed', url: passed.url };
  if (gates.some(({ status }) => status !== 'completed')) return { kind: 'pending' };
  const [failed] = gates;
  return failed === undefined ? { kind: 'missing' } : { kind: 'failed', run: failed };
}

/**
 * The gate `checks()` inside GitHub Actions: the checks ran in jobs of their own, and are not run again. Waits for those
 * that are still under way, as long as the step may take. Throws GATE_REFUSED. `runs` are those of this moment.
 */
export async function requireCiGate(
  { context, input, deps }: StepScope,
  runs: readonly HostCheckRun[],
  ask: () => Promise<readonly HostCheckRun[]>,
): Promise<Json> {
  const short = input.commit.slice(0, 7);
  let isTold = false;
  for (let state = ciGateState(runs); ; state = ciGateState(await ask())) {
    switch (state.kind) {
      case 'passed':
        context.log(`"${CI_GATE}" passed for ${short}${state.url === null ? '' : `: ${state.url}`}`);
        return { passed: [CI_GATE], url: state.url };
      case 'failed': {
        const { conclusion, url } = state.run;
        throw new ToolError(
          'GATE_REFUSED',
          `"${CI_GATE}" of ${short} ended with ${conclusion ?? 'nothing'}.`,
          {
            hint: url === null ? 'See the checks of the commit on GitHub.' : `See why: ${url}`,
          },
        );
      }
      case 'missing':
        throw new ToolError(
          'GATE_REFUSED',
          `GitHub has no job "${CI_GATE}" for ${short}: its checks have not run.`,
          {
            hint: 'Have the GitHub workflow call the one with the checks first (needs: ci); glidepath generate writes both.',
          },
        );
      case 'pending':
        if (!isTold) context.log(`waiting for "${CI_GATE}" of ${short}`);
        isTold = true;
        await deps.clock.sleep(LOOK_MS, context.signal);
        break;
      default:
        throw new TypeError(`unknown ${String(state satisfies never)}`);
    }
  }
}
