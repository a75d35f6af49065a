import type { UsesRef } from '../../read/uses-ref.ts';
import { inWorkflow, ofJobs } from '../check.ts';
import type { Found, WorkflowRule } from '../rule.ts';

/** A third party decides what runs. */
export const unpinnedUses: WorkflowRule = {
  id: 'unpinned-uses',
  title: 'An action by a tag or a branch',
  severity: 'error',
  persona: 'regular',
  what: 'Any action, GitHub workflow of another repository or image in `uses:` that is not named by its whole commit id, or by its digest. GitHub’s own actions are no exception.',
  why: 'Whoever can move the tag decides what runs with the token and the secrets of the job; tags of well-known actions have been moved so.',
  hint: 'Name the commit, with the version behind it as a comment.',
  bad: inWorkflow(
    'on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v7\n',
  ),
  good: inWorkflow(
    'on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1\n',
  ),
  check: ofJobs((job) => [job.uses, ...job.steps.map(({ uses }) => uses)].flatMap(judge)),
};

function judge(uses: UsesRef | null): readonly Found[] {
  if (uses === null || uses.isPinned || uses.text.includes('${{')) return [];
  if (uses.kind === 'docker')
    return [{ at: uses, message: `The image ${uses.path} is not named by its digest.` }];
  const { ref } = uses;
  if (ref === null || ref === '')
    return [{ at: uses, message: `${uses.text} says no version at all, which GitHub refuses.` }];
  if (/^[0-9a-f]{7,39}$/.test(ref)) {
    return [
      {
        at: uses,
        message: `${ref} is a part of a commit id, which GitHub refuses: it takes only whole ones.`,
      },
    ];
  }
  return [{ at: uses, message: `${uses.text} runs whatever ${ref} points to on that day.` }];
}
