import { KNOWN_COMMITS } from '../../data/known-commits.ts';
import type { UsesRef } from '../../read/uses-ref.ts';
import { inWorkflow, ofJobs } from '../check.ts';
import type { Found, WorkflowRule } from '../rule.ts';

const step = (uses: string): string =>
  `on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: ${uses}\n`;

/** What is read is not what runs. */
export const refVersionMismatch: WorkflowRule = {
  id: 'ref-version-mismatch',
  title: 'A comment that names another version than the commit',
  severity: 'warning',
  persona: 'regular',
  what: 'A version behind a pinned action that is not the one of the commit, for the commits that Glidepath knows. That no version stands there at all is only said to the pedantic.',
  why: 'Whoever reviews the workflow, or the update of it, believes the comment.',
  hint: 'Write the version that the commit is tagged with behind it.',
  bad: inWorkflow(step('actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v6.0.2')),
  good: inWorkflow(step('actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1')),
  check: ofJobs((job) => [job.uses, ...job.steps.map(({ uses }) => uses)].flatMap(judge)),
};

const VERSION = /^v?\d+(\.\d+)*/;

function judge(uses: UsesRef | null): readonly Found[] {
  if (uses?.kind !== 'action' || !uses.isPinned || uses.ref === null) return [];
  const known = KNOWN_COMMITS.get(`${uses.repository}@${uses.ref}`);
  const said = VERSION.exec((uses.comment ?? '').replace(/^tag=/, ''))?.[0];
  if (said === undefined) {
    const message = `Nobody can see which version of ${uses.repository} this commit is.`;
    return [{ at: uses, message, severity: 'advice', persona: 'pedantic', ...asCode(uses, known) }];
  }
  if (known === undefined || isSame(said, known)) return [];
  return [
    { at: uses, message: `The comment says ${said}, and the commit is ${known}.`, ...asCode(uses, known) },
  ];
}

function asCode({ text }: UsesRef, known: string | undefined): { readonly code?: string } {
  return known === undefined ? {} : { code: `uses: ${text} # ${known}` };
}

/** `v7` is said of v7.0.1 by people; it is still true. */
function isSame(said: string, known: string): boolean {
  const [one, other] = [said.replace(/^v/, ''), known.replace(/^v/, '')];
  return one === other || other.startsWith(`${one}.`);
}
