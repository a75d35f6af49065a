import { inWorkflow, ofWorkflows } from '../check.ts';
import type { WorkflowRule } from '../rule.ts';

const INSTEAD: Readonly<Record<string, string>> = {
  pull_request_target:
    'Start on pull_request; do what needs secrets only where the branch is one of this repository.',
  workflow_run:
    'Let CI be called: `workflow_call` in ci.yml, and a job `ci` with `uses: ./.github/workflows/ci.yml` that the deployment needs.',
};

/** The code of a pull request, in whatever way it comes. */
const TAKES_BRANCH = /refs\/pull\/|\bgh pr checkout\b|pull_request\.head|\bhead_?sha\b/i;

/** Strangers start what has secrets. */
export const dangerousTriggers: WorkflowRule = {
  id: 'dangerous-triggers',
  title: 'Events that give strangers the rights of the repository',
  severity: 'error',
  persona: 'regular',
  what: 'Both events, whatever the workflow does with them; and issue_comment where a job checks out the branch of the pull request.',
  why: 'They run with secrets, a token that may write and the cache of the main branch, also when a stranger’s pull request is behind them.',
  hint: 'Use an event that is as trusted as its cause.',
  bad: inWorkflow(
    'on:\n  workflow_run:\n    workflows: [CI]\njobs:\n  deploy:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n',
  ),
  good: inWorkflow(
    'on:\n  push:\n    branches: [main]\njobs:\n  ci:\n    uses: ./.github/workflows/ci.yml\n  deploy:\n    needs: ci\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n',
  ),
  isForShown: true,
  check: ofWorkflows(({ triggers, jobs, file }) =>
    triggers.flatMap(({ event, at }) => {
      if (
        event === 'issue_comment' &&
        jobs.some((job) => TAKES_BRANCH.test(file.text.slice(job.node.start, job.node.end)))
      ) {
        const message =
          'Whoever may comment lets the code of a pull request run with the rights of the repository.';
        return [
          {
            at,
            message,
            hint: 'Stay on the main branch, and let the comment only start what runs on the pull request.',
          },
        ];
      }
      const hint = INSTEAD[event];
      return hint === undefined
        ? []
        : [{ at, hint, message: `${event} gives a stranger’s pull request the rights of the repository.` }];
    }),
  ),
};
