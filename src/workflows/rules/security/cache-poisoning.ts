import type { Workflow, WorkflowStep } from '../../read/workflow.ts';
import { textAt } from '../../read/yaml-access.ts';
import { inWorkflow, ofSteps } from '../check.ts';
import type { WorkflowRule } from '../rule.ts';
import { filterOf, startsOn, triggerOn } from '../workflow-events.ts';

const job = (extra: string): string =>
  `on:\n  push:\n    tags: ['v*']\njobs:\n  release:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0\n        with:\n${extra}`;

/** What is released comes out of a cache. */
export const cachePoisoning: WorkflowRule = {
  id: 'cache-poisoning',
  title: 'A cache in a workflow that releases',
  severity: 'error',
  persona: 'regular',
  what: 'Caches, also those that setup actions use by themselves, in workflows that start on tags, on a release, on a branch called release, or that publish with a well-known action.',
  why: 'Whoever gets code to run on the main branch once can leave something in the cache that goes into every later release.',
  hint: 'Build what is released without a cache.',
  bad: inWorkflow(job('          cache: npm\n')),
  good: inWorkflow(job('          package-manager-cache: false\n')),
  check: ofSteps((step, _job, workflow) => {
    const { uses } = step;
    if (uses === null || !isReleasing(workflow)) return [];
    const caches = CACHES[`${uses.repository}/${uses.path}`.replace(/\/$/, '')];
    if (caches === undefined || !caches((name) => textAt(step.with, name))) return [];
    return [{ at: uses, message: `${uses.repository} takes from a cache what is then released.` }];
  }),
};

type Input = (name: string) => string | null;

/** Whether an action uses a cache, by its inputs (their action.yml). */
const CACHES: Readonly<Record<string, (input: Input) => boolean>> = {
  'actions/cache': () => true,
  'actions/cache/restore': () => true,
  'actions/setup-node': (input) =>
    (input('cache') ?? '') !== '' || input('package-manager-cache') !== 'false',
  'actions/setup-python': (input) => (input('cache') ?? '') !== '',
  'actions/setup-java': (input) => (input('cache') ?? '') !== '',
  'actions/setup-dotnet': (input) => input('cache') === 'true',
  'actions/setup-go': (input) => input('cache') !== 'false',
  'ruby/setup-ruby': (input) => input('bundler-cache') === 'true',
  'swatinem/rust-cache': (input) => input('lookup-only') !== 'true',
  'gradle/actions/setup-gradle': (input) => input('cache-disabled') !== 'true',
  'astral-sh/setup-uv': (input) => input('enable-cache') !== 'false',
  'docker/setup-buildx-action': (input) => input('version') !== null && input('cache-binary') !== 'false',
  'docker/build-push-action': (input) => /type=gha/.test(input('cache-from') ?? ''),
  'pnpm/action-setup': (input) => input('cache') === 'true',
};

/** Actions that put something where others get it from. */
const PUBLISHERS = new Set([
  'pypa/gh-action-pypi-publish',
  'softprops/action-gh-release',
  'ncipollo/release-action',
  'goreleaser/goreleaser-action',
  'docker/build-push-action',
  'jreleaser/release-action',
]);

function isReleasing(workflow: Workflow): boolean {
  const push = triggerOn(workflow, 'push');
  const isBranch = filterOf(push, 'branches')?.patterns.some((name) => name.includes('release')) ?? false;
  return (
    startsOn(workflow, 'release') ||
    isBranch ||
    filterOf(push, 'tags') !== null ||
    workflow.jobs.some(({ steps }) => steps.some(isPublisher))
  );
}

function isPublisher({ uses, with: inputs }: WorkflowStep): boolean {
  return PUBLISHERS.has(uses?.repository ?? '') && textAt(inputs, 'push') !== 'false';
}
