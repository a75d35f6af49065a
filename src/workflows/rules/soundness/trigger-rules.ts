import { entriesOf, entryAt, scalarAt, scalarsOf, textAt, valueAt } from '../../read/yaml-access.ts';
import type { YamlScalar } from '../../read/yaml-tree.ts';
import type { Workflow } from '../../read/workflow.ts';
import { inWorkflow, ofWorkflows } from '../check.ts';
import type { Example, WorkflowRule } from '../rule.ts';
import { startsOn, triggerOn } from '../workflow-events.ts';

const on = (lines: string): Example =>
  inWorkflow(`on:\n${lines}jobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n`);

const FILTERS = ['branches', 'tags', 'paths', 'branches-ignore', 'tags-ignore', 'paths-ignore'];

function filtersOf({
  triggers,
}: Workflow): readonly { key: string; at: YamlScalar; patterns: readonly YamlScalar[] }[] {
  return triggers.flatMap(({ node }) =>
    FILTERS.flatMap((key) => {
      const patterns = scalarsOf(valueAt(node, key));
      const [first] = patterns;
      return first === undefined ? [] : [{ key, at: first, patterns }];
    }),
  );
}

/** Nothing is left. */
export const onlyNegativeFilter: WorkflowRule = {
  id: 'only-negative-filter',
  title: 'A filter that only takes away',
  severity: 'error',
  persona: 'regular',
  what: '`branches`, `tags` or `paths` of which every pattern begins with `!`.',
  why: 'A pattern with ! takes away from what the ones before it matched, and these match nothing: the workflow never starts.',
  hint: 'Begin with what is meant: "**"; or use branches-ignore.',
  bad: on("  push:\n    branches: ['!main']\n"),
  good: on("  push:\n    branches: ['**', '!main']\n"),
  check: ofWorkflows((workflow) =>
    filtersOf(workflow).flatMap(({ key, at, patterns }) =>
      !key.endsWith('-ignore') && patterns.every(({ text }) => text.startsWith('!'))
        ? [
            {
              at,
              message: `${key} only takes away, so nothing ever starts the workflow.`,
              code: `${key}: ['**', '${at.text}']`,
            },
          ]
        : [],
    ),
  ),
};

/** GitHub takes one of the two. */
export const conflictingFilters: WorkflowRule = {
  id: 'conflicting-filters',
  title: 'A filter beside its opposite',
  severity: 'error',
  persona: 'regular',
  what: '`branches` beside `branches-ignore`, and so for tags and paths.',
  why: 'GitHub refuses the workflow.',
  hint: 'Say in one list what is meant, with ! for what is not.',
  bad: on('  push:\n    branches: [main]\n    branches-ignore: [wip]\n'),
  good: on("  push:\n    branches: [main, '!wip']\n"),
  check: ofWorkflows(({ triggers }) =>
    triggers.flatMap(({ node }) =>
      ['branches', 'tags', 'paths'].flatMap((key) => {
        const other = entryAt(node, `${key}-ignore`);
        return valueAt(node, key) === null || other === null
          ? []
          : [{ at: other.at, message: `${key} and ${key}-ignore cannot be used together.` }];
      }),
    ),
  ),
};

/** What a pattern may not say. */
const GLOB_FAULTS: readonly (readonly [RegExp, string])[] = [
  [/^refs\//, 'A pattern has the name without refs/heads/ or refs/tags/.'],
  [/^\.\//, 'A pattern begins at the root without ./.'],
  [/(^|[^\\])\[[^\]]*$/, 'A [ is never closed.'],
  [/\[\]/, 'A [] matches nothing.'],
  [
    /^!?[+?]|[+?][+?]|\*\+/,
    '+ and ? say how often what stands before them comes, and nothing of the kind does.',
  ],
  [/\s/, 'A name has no blank.'],
  [/[~^:]/, 'No branch, tag or file may have such a character.'],
];

/** A pattern that matches nothing. */
export const badGlob: WorkflowRule = {
  id: 'bad-glob',
  title: 'A pattern that matches nothing',
  severity: 'error',
  persona: 'regular',
  what: 'Patterns of branches, tags and paths with `refs/heads/` or `./` in front, blanks, a `[` that is never closed, or a `+` or `?` behind nothing.',
  why: 'Nothing ever fits, and the workflow does not start; GitHub says nothing of it.',
  hint: 'Write the bare name; + is one or more and ? none or one of what stands before it.',
  bad: on("  push:\n    branches: ['refs/heads/main']\n"),
  good: on("  push:\n    tags: ['v[0-9]+.[0-9]+.[0-9]+']\n"),
  check: ofWorkflows((workflow) =>
    filtersOf(workflow).flatMap(({ key, patterns }) =>
      patterns.flatMap((at) => {
        if (key.startsWith('paths') && /\s/.test(at.text)) return [];
        const fault = GLOB_FAULTS.find(([pattern]) => pattern.test(at.text));
        return fault === undefined
          ? []
          : [
              {
                at,
                message: `${at.text} matches nothing: ${fault[1].charAt(0).toLowerCase()}${fault[1].slice(1)}`,
              },
            ];
      }),
    ),
  ),
};

/** The form cannot be sent. */
export const choiceDefault: WorkflowRule = {
  id: 'choice-default',
  title: 'A default that is no option',
  severity: 'error',
  persona: 'regular',
  what: 'Inputs of workflow_dispatch of type choice whose default is not among the options.',
  why: 'GitHub refuses the workflow.',
  hint: 'Name one of the options, or none.',
  bad: on(
    '  workflow_dispatch:\n    inputs:\n      action:\n        type: choice\n        options: [deploy, rollback]\n        default: status\n',
  ),
  good: on(
    '  workflow_dispatch:\n    inputs:\n      action:\n        type: choice\n        options: [deploy, rollback]\n        default: deploy\n',
  ),
  check: ofWorkflows((workflow) =>
    entriesOf(valueAt(triggerOn(workflow, 'workflow_dispatch')?.node, 'inputs')).flatMap(({ key, value }) => {
      const standard = scalarAt(value, 'default');
      const options = scalarsOf(valueAt(value, 'options')).map(({ text }) => text);
      return textAt(value, 'type') !== 'choice' || standard === null || options.includes(standard.text)
        ? []
        : [
            {
              at: standard,
              message: `${standard.text} is no option of ${key}.`,
              hint: `Options of ${key}: ${options.join(', ')}`,
            },
          ];
    }),
  ),
};

/** A check that waits for ever. */
export const requiredCheckSkipped: WorkflowRule = {
  id: 'required-check-skipped',
  title: 'A filter of paths on pull requests',
  severity: 'warning',
  persona: 'regular',
  what: '`paths` and `paths-ignore` of pull_request.',
  why: 'A check that is required stays pending for ever where its workflow does not start, and the pull request cannot be merged. One whose job is skipped counts as passed.',
  hint: 'Start always; let a first job find out what changed, and give the others an `if`.',
  bad: on("  pull_request:\n    paths-ignore: ['docs/**']\n"),
  good: inWorkflow(
    "on: pull_request\njobs:\n  changes:\n    runs-on: ubuntu-24.04\n    outputs:\n      needed: ${{ steps.affected.outputs.needed }}\n    steps:\n      - id: affected\n        run: npx glidepath ci affected\n  build:\n    needs: changes\n    if: needs.changes.outputs.needed == 'true'\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n",
  ),
  check: ofWorkflows((workflow) =>
    ['paths', 'paths-ignore'].flatMap((key) => {
      const entry = entryAt(triggerOn(workflow, 'pull_request')?.node, key);
      // A review app is no check that anybody requires.
      const isReview = scalarsOf(valueAt(triggerOn(workflow, 'pull_request')?.node, 'types')).some(
        ({ text }) => text === 'closed',
      );
      return entry === null || isReview
        ? []
        : [
            {
              at: entry.at,
              message: `Where ${key} keeps the workflow from starting, its check stays pending for ever.`,
            },
          ];
    }),
  ),
};

/** What the event has is not where it runs. */
export const environmentRef: WorkflowRule = {
  id: 'environment-ref',
  title: 'An environment on an event that is not of its branch',
  severity: 'error',
  persona: 'regular',
  what: 'Jobs with an environment in workflows that start on workflow_run or on pull_request_target.',
  why: 'These run on the main branch whatever caused them: an environment that lets in only tags refuses them, and one that lets in main lets in everything.',
  hint: 'Start on the push of the branch or the tag itself, and need CI as a job.',
  bad: inWorkflow(
    'on:\n  workflow_run:\n    workflows: [CI]\n    types: [completed]\njobs:\n  deploy:\n    environment: production\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n',
  ),
  good: inWorkflow(
    "on:\n  push:\n    tags: ['v*']\njobs:\n  deploy:\n    environment: production\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n",
  ),
  isForShown: true,
  check: ofWorkflows((workflow) =>
    startsOn(workflow, 'workflow_run', 'pull_request_target')
      ? workflow.jobs.flatMap(({ environment }) =>
          environment === null
            ? []
            : [
                {
                  at: environment,
                  message: `The rules of ${environment.text} are held against the main branch, not against what was pushed.`,
                },
              ],
        )
      : [],
  ),
};
