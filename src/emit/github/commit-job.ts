import type { YamlMap } from '../yaml/yaml-data.ts';
import { allOf, expression } from './expressions.ts';
import { job } from './job.ts';
import { checkoutStep } from './steps.ts';
import type { WorkflowContext } from './workflow-context.ts';

/** Nothing is installed: git alone is asked. */
const COMMIT_MINUTES = 5;

/** The commit that somebody named, as the job found it; else what started the run. Safe also where the job did not get so far. */
export const COMMIT: string = expression('needs.commit.outputs.sha || github.sha');

/**
 * The job that looks up the commit which somebody named by hand. Any commit can be named, also one that nobody has
 * reviewed, and on GitHub one of a fork: none of it may run before it is known to be part of the chosen branch or tag. A
 * branch or tag in its place can move, so that it is looked up here and nowhere else. `guard`: the refs that may be chosen.
 */
export function commitJob(context: WorkflowContext, guard: string): YamlMap {
  return job(context, {
    name: 'Commit',
    if: allOf(["inputs.ref != ''", guard]),
    timeoutMinutes: COMMIT_MINUTES,
    outputs: { sha: expression('steps.commit.outputs.sha') },
    steps: [
      checkoutStep(context, { hasHistory: true }),
      {
        name: 'Check that the commit is on the chosen branch or tag',
        id: 'commit',
        env: { REF: expression('inputs.ref') },
        run: 'sha=$(git rev-parse --verify --end-of-options "$REF^{commit}") && git merge-base --is-ancestor "$sha" "$GITHUB_SHA" && echo "sha=$sha" >> "$GITHUB_OUTPUT"',
      },
    ],
  });
}

/** That the job found it, or that nobody named one, and the job was skipped. */
export function isProven(): string {
  return allOf(['!cancelled()', "(inputs.ref == '' || needs.commit.result == 'success')"]);
}
