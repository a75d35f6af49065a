import { inWorkflow, ofWorkflows } from '../check.ts';
import type { WorkflowRule } from '../rule.ts';

const INSTEAD: Readonly<Record<string, string>> = {
  pull_request_target:
    'Start on pull_request; do what needs secrets only where the branch is one of this repository.',
  workflow_run:
    'Let CI be called: `workflow_call` in ci.yml, and a job `ci` with `uses: ./.github/workflows/ci.yml` that the deployment needs.',
};

/** Strangers start what has secrets. */
export const dangerousTriggers: WorkflowRule = {
  id: 'dangerous-triggers',
  title: 'pull_request_target and workflow_run',
  severity: 'error',
  persona: 'regular',
  what: 'Both events, whatever the workflow does with them.',
  why: 'They run with secrets, a token that may write and the cache of the main branch, also when a stranger’s pull request is behind them.',
  hint: 'Use an event that is as trusted as its cause.',
  bad: inWorkflow(
    'on:\n  workflow_run:\n    workflows: [CI]\njobs:\n  deploy:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n',
  ),
  good: inWorkflow(
    'on:\n  push:\n    branches: [main]\njobs:\n  ci:\n    uses: ./.github/workflows/ci.yml\n  deploy:\n    needs: ci\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n',
  ),
  isForShown: true,
  check: ofWorkflows(({ triggers }) =>
    triggers.flatMap(({ event, at }) => {
      const hint = INSTEAD[event];
      return hint === undefined
        ? []
        : [{ at, hint, message: `${event} gives a stranger’s pull request the rights of the repository.` }];
    }),
  ),
};
