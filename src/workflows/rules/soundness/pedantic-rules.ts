import { entriesOf, entryAt, textAt, valueAt } from '../../read/yaml-access.ts';
import type { Workflow } from '../../read/workflow.ts';
import { inWorkflow, ofJobs, ofWorkflows } from '../check.ts';
import type { Found, WorkflowRule } from '../rule.ts';
import { startsOn } from '../workflow-events.ts';

/** Six hours of nothing. */
export const missingTimeout: WorkflowRule = {
  id: 'missing-timeout',
  title: 'A job without a timeout',
  severity: 'warning',
  persona: 'regular',
  what: 'Jobs without `timeout-minutes`. Those that call another workflow cannot have one, and are left alone.',
  why: 'A job that hangs goes on for six hours, and holds its concurrency group for as long.',
  hint: 'Say how long it may take.',
  bad: inWorkflow('on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n'),
  good: inWorkflow(
    'on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    timeout-minutes: 20\n    steps:\n      - run: make\n',
  ),
  check: ofJobs((job) =>
    job.uses !== null || job.steps.length === 0 || valueAt(job.node, 'timeout-minutes') !== null
      ? []
      : [{ at: job.at, message: `${job.id} may hang for six hours.`, code: 'timeout-minutes: 20' }],
  ),
};

/** A name that says nothing. */
export const anonymousDefinition: WorkflowRule = {
  id: 'anonymous-definition',
  title: 'A workflow or a job without a name',
  severity: 'advice',
  persona: 'pedantic',
  what: 'No `name` on top, or on a job.',
  why: 'GitHub shows the path of the file, or the id; required checks go by it.',
  hint: 'Give it a name for people.',
  bad: inWorkflow('on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n'),
  good: inWorkflow(
    'name: Build\non: push\njobs:\n  build:\n    name: Build\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n',
  ),
  check: ofWorkflows(({ root, name, jobs }) => [
    ...(name === null && root.entries[0] !== undefined
      ? [{ at: root.entries[0].at, message: 'The workflow has no name.' }]
      : []),
    ...jobs.flatMap(({ node, at, id }) =>
      textAt(node, 'name') === null ? [{ at, message: `${id} has no name.` }] : [],
    ),
  ]),
};

/** Two at once. */
export const concurrencyLimits: WorkflowRule = {
  id: 'concurrency-limits',
  title: 'A workflow that may run twice at once',
  severity: 'advice',
  persona: 'pedantic',
  what: 'Workflows without `concurrency` on top or on every job, and groups that do not say `cancel-in-progress`. Those that are only called are left alone.',
  why: 'Two pushes in a row run side by side; who wins is chance.',
  hint: 'Name a group, and say whether a newer run cancels an older one: true for checks, false for deployments.',
  bad: inWorkflow('on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n'),
  good: inWorkflow(
    'on: push\nconcurrency:\n  group: build-${{ github.ref }}\n  cancel-in-progress: true\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n',
  ),
  check: ofWorkflows((workflow) => {
    if (workflow.triggers.length > 0 && workflow.triggers.every(({ event }) => event === 'workflow_call'))
      return [];
    const top = entryAt(workflow.root, 'concurrency');
    const groups = [top, ...workflow.jobs.map(({ node }) => entryAt(node, 'concurrency'))].filter(
      (entry) => entry !== null,
    );
    const silent = groups.filter(({ value }) => valueAt(value, 'cancel-in-progress') === null);
    const found = silent.map(({ at }) => ({
      at,
      message: 'Nothing is said of what a newer run does to an older one.',
    }));
    const isLimited = top !== null || workflow.jobs.every((job) => isHeldBack(job, workflow));
    const [first] = workflow.root.entries;
    return isLimited || first === undefined
      ? found
      : [...found, { at: first.at, message: 'Two of its runs may go on at once.' }];
  }),
};

/** A job with a group, or one that comes before one, so that what matters happens once. */
function isHeldBack(job: Workflow['jobs'][number], { jobs }: Workflow): boolean {
  if (entryAt(job.node, 'concurrency') !== null) return true;
  return jobs.some(
    (other) =>
      other !== job &&
      other.needs.some(({ text }) => text === job.id) &&
      isHeldBack(other, { jobs } as Workflow),
  );
}

/** Nobody says why. */
export const undocumentedPermissions: WorkflowRule = {
  id: 'undocumented-permissions',
  title: 'A right without a reason',
  severity: 'advice',
  persona: 'pedantic',
  what: 'Permissions other than `contents: read` without a comment behind them.',
  why: 'Whoever wants to take one away cannot know what breaks.',
  hint: 'Say behind it what it is for.',
  bad: inWorkflow(
    'on: push\njobs:\n  release:\n    runs-on: ubuntu-24.04\n    permissions:\n      contents: write\n    steps:\n      - run: make\n',
  ),
  good: inWorkflow(
    'on: push\njobs:\n  release:\n    runs-on: ubuntu-24.04\n    permissions:\n      contents: write # the release and its tag\n    steps:\n      - run: make\n',
  ),
  check: ofWorkflows((workflow) =>
    [workflow.permissions, ...workflow.jobs.map(({ node }) => valueAt(node, 'permissions'))].flatMap(
      (permissions) =>
        entriesOf(permissions).flatMap(({ key, at, value }): readonly Found[] => {
          const level = textAt(value);
          const isPlain = level === 'none' || (key === 'contents' && level === 'read');
          const rest = workflow.file.text.slice(value.end).split('\n', 1)[0] ?? '';
          return isPlain || rest.includes('#')
            ? []
            : [{ at, message: `Nobody says what ${key}: ${level ?? ''} is for.` }];
        }),
    ),
  ),
};

/** A local action without a checkout of its own. */
export const selfRepository: WorkflowRule = {
  id: 'self-repository',
  title: 'An action of the repository by its folder',
  severity: 'advice',
  persona: 'pedantic',
  what: 'Steps with `uses: ./…` in workflows on pull requests. Workflows that are called so are left alone: GitHub takes them from the commit of the caller.',
  why: 'It is whatever lies in the folder at that moment, after any step that wrote to it.',
  hint: 'Keep what it does in a script, or name it as $/… where GitHub.com is all that has to run it.',
  bad: inWorkflow(
    'on: pull_request\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: ./.github/actions/setup\n',
  ),
  good: inWorkflow(
    'on: pull_request\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: ./setup\n',
  ),
  check: ofWorkflows((workflow) =>
    startsOn(workflow, 'pull_request', 'pull_request_target')
      ? workflow.jobs.flatMap((job) =>
          job.steps.flatMap(({ uses }) =>
            uses?.kind === 'local'
              ? [{ at: uses, message: `${uses.text} is whatever lies there by then.` }]
              : [],
          ),
        )
      : [],
  ),
};
