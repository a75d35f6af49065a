import { textAt } from '../../read/yaml-access.ts';
import { inWorkflow, ofSteps } from '../check.ts';
import type { WorkflowRule } from '../rule.ts';

const job = (extra: string): string =>
  `on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1\n${extra}`;

/** The token lies in .git/config. */
export const artipacked: WorkflowRule = {
  id: 'artipacked',
  title: 'A checkout that leaves its token behind',
  severity: 'warning',
  persona: 'regular',
  what: 'actions/checkout without `persist-credentials: false`.',
  why: 'The token can be read by every later step, and goes along when the folder is uploaded as an artifact or copied into an image.',
  hint: 'Say `persist-credentials: false`; give the token to the one step that pushes.',
  bad: inWorkflow(job('')),
  good: inWorkflow(job('        with:\n          persist-credentials: false\n')),
  check: ofSteps(({ uses, with: inputs }) => {
    if (uses?.repository !== 'actions/checkout' || textAt(inputs, 'persist-credentials') === 'false')
      return [];
    return [
      {
        at: uses,
        message: 'The checkout leaves the token of the job where every later step can read it.',
        code: 'with:\n  persist-credentials: false',
      },
    ];
  }),
};
