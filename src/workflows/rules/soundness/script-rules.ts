import { conditionOf, expressionsIn } from '../../read/expression.ts';
import type { Workflow, WorkflowJob, WorkflowStep } from '../../read/workflow.ts';
import { entriesOf, scalarAt, scalarsOf, textAt, valueAt } from '../../read/yaml-access.ts';
import { findIn, inWorkflow, ofCommands, ofJobs, ofWorkflows } from '../check.ts';
import type { Example, WorkflowRule } from '../rule.ts';

const steps = (lines: string): Example =>
  inWorkflow(`on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n${lines}`);

/** GitHub does not read them any more. */
export const deprecatedCommand: WorkflowRule = {
  id: 'deprecated-command',
  title: 'A workflow command that is gone',
  severity: 'error',
  persona: 'regular',
  what: '`::set-output`, `::save-state`, `::set-env` and `::add-path`.',
  why: 'GitHub no longer carries them out, or will stop to.',
  hint: 'Append a line to the file: echo "name=value" >> "$GITHUB_OUTPUT"',
  bad: steps('      - run: echo "::set-output name=version::1"\n'),
  good: steps('      - run: echo "version=1" >> "$GITHUB_OUTPUT"\n'),
  check: ofCommands((text) =>
    findIn(text, /::(set-output|save-state|set-env|add-path)\b/g).map(({ start, end, match: [command] }) => ({
      at: { start, end },
      message: `${command} is no command any more.`,
    })),
  ),
};

const SHELLS = new Set(['bash', 'sh', 'pwsh', 'powershell', 'cmd', 'python']);

/** A shell that is not there. */
export const unknownShell: WorkflowRule = {
  id: 'unknown-shell',
  title: 'A shell that GitHub does not know',
  severity: 'error',
  persona: 'regular',
  what: '`shell` with another name than GitHub’s own, and without `{0}` for the script.',
  why: 'The step fails before its first command.',
  hint: 'Write bash; or a command with {0} where the script goes.',
  bad: steps('      - run: ls\n        shell: zsh\n'),
  good: steps('      - run: ls\n        shell: bash\n'),
  check: ofWorkflows(({ root, jobs }) =>
    [root, ...jobs.map(({ node }) => node)]
      .map((node) => scalarAt(node, 'defaults', 'run', 'shell'))
      .concat(jobs.flatMap((job) => job.steps.map(({ node }) => scalarAt(node, 'shell'))))
      .flatMap((shell) =>
        shell === null || shell.text.includes('${{') || shell.text.includes('{0}') || SHELLS.has(shell.text)
          ? []
          : [{ at: shell, message: `GitHub knows no shell ${shell.text}.` }],
      ),
  ),
};

/** Images that GitHub hosts (docs.github.com, "GitHub-hosted runners", 2026). */
const RUNNERS =
  /^(ubuntu-(latest|slim|22\.04|24\.04|26\.04)(-arm)?|windows-(latest|2022|2025|11-arm)(-vs2026)?|macos-(latest|14|15|26)(-large|-xlarge|-intel)?)$/;
const GONE =
  /^(ubuntu-(16|18|20)\.04|windows-20(16|19)|macos-1[0-3](\.\d+)?(-large|-xlarge)?|ubuntu-.*|windows-.*|macos-.*|linux|ubuntu|macos|windows)$/;

/** Nobody takes the job. */
export const unknownRunner: WorkflowRule = {
  id: 'unknown-runner',
  title: 'A runner that GitHub does not host',
  severity: 'error',
  persona: 'regular',
  what: '`runs-on` with a name that looks like one of GitHub’s and is none, or is none any more. Labels of your own and of larger runners are left alone.',
  why: 'The job waits for a runner for a day, and then fails.',
  hint: 'Write ubuntu-24.04, or another that GitHub hosts.',
  bad: inWorkflow('on: push\njobs:\n  build:\n    runs-on: ubuntu-18.04\n    steps:\n      - run: make\n'),
  good: steps('      - run: make\n'),
  check: ofJobs(({ node }) => {
    const runsOn = valueAt(node, 'runs-on');
    const labels = runsOn?.kind === 'map' ? [] : scalarsOf(runsOn);
    if (labels.some(({ text }) => text === 'self-hosted')) return [];
    return labels.flatMap((label) =>
      GONE.test(label.text) && !RUNNERS.test(label.text)
        ? [{ at: label, message: `GitHub hosts no ${label.text}: nobody would take the job.` }]
        : [],
    );
  }),
};

/** A name that no shell can read. */
export const badEnvName: WorkflowRule = {
  id: 'bad-env-name',
  title: 'A variable that no shell can read',
  severity: 'error',
  persona: 'regular',
  what: 'Names in `env` with other characters than letters, digits and `_`, or that begin with a digit or with GITHUB_.',
  why: 'The shell cannot name it; GITHUB_ is GitHub’s own, and is not set.',
  hint: 'Use letters, digits and _.',
  bad: steps('      - run: make\n        env:\n          API-URL: https://example.com\n'),
  good: steps('      - run: make\n        env:\n          API_URL: https://example.com\n'),
  check: ofWorkflows(({ root, jobs }) =>
    [root, ...jobs.flatMap((job) => [job.node, ...job.steps.map(({ node }) => node)])]
      .flatMap((node) => entriesOf(valueAt(node, 'env')))
      .flatMap(({ key, at }) =>
        key.includes('${{') || (/^[A-Za-z_]\w*$/.test(key) && !/^GITHUB_(?!TOKEN$)/.test(key))
          ? []
          : [{ at, message: `No shell can read ${key}.` }],
      ),
  ),
};

/** What stands in front of the pipe may fail unseen. */
export const pipeWithoutPipefail: WorkflowRule = {
  id: 'pipe-without-pipefail',
  title: 'A pipe whose first command may fail unseen',
  severity: 'advice',
  persona: 'pedantic',
  what: 'Scripts with a pipe where nobody says `shell: bash` or `set -o pipefail`.',
  why: 'Without `shell: bash` GitHub runs `bash -e`, which sees only how the last command of a pipe ends.',
  hint: 'Say `defaults: run: shell: bash` on top: GitHub then sets pipefail.',
  bad: steps('      - run: make test | tee log\n'),
  good: steps('      - run: make test | tee log\n        shell: bash\n'),
  check: ofCommands((text) => {
    const { workflow, job, step } = text;
    if (workflow === null || job === null || step === null || shellOf(workflow, job, step) !== null)
      return [];
    if (text.source.includes('pipefail')) return [];
    return findIn(text, /[^|\n]\|[^|&\n]/g)
      .slice(0, text.source.startsWith('|') ? 2 : 1)
      .filter(({ start }) => start > text.start + 1)
      .slice(0, 1)
      .map(({ start, end }) => ({
        at: { start, end },
        message: 'How the command before the pipe ends is not looked at.',
      }));
  }),
};

function shellOf({ root }: Workflow, job: WorkflowJob, step: WorkflowStep): string | null {
  return (
    textAt(step.node, 'shell') ??
    textAt(job.node, 'defaults', 'run', 'shell') ??
    textAt(root, 'defaults', 'run', 'shell')
  );
}

/** A blank makes two words of it. */
export const unquotedVariable: WorkflowRule = {
  id: 'unquoted-variable',
  title: 'A value of the event without quotes',
  severity: 'warning',
  persona: 'regular',
  what: 'Variables that `env` sets from an expression, and that a script uses outside of quotes.',
  why: 'The shell splits it at blanks and replaces `*` by names of files: what strangers write becomes arguments.',
  hint: 'Put it into double quotes.',
  bad: steps('      - run: ./release $REF\n        env:\n          REF: ${{ github.ref_name }}\n'),
  good: steps('      - run: ./release "$REF"\n        env:\n          REF: ${{ github.ref_name }}\n'),
  check: ofCommands((text) => {
    const set = entriesOf(valueAt(text.step?.node, 'env')).flatMap(({ key, value }) =>
      value.kind === 'scalar' && expressionsIn(value).length > 0 ? [key] : [],
    );
    return set.flatMap((name) =>
      findIn(text, new RegExp(`\\$\\{?${name}\\b\\}?`, 'g')).flatMap(({ start, end }) =>
        isBare(text.source, start - text.start)
          ? [{ at: { start, end }, message: `The shell splits ${name} at blanks.`, code: `"$${name}"` }]
          : [],
      ),
    );
  }),
};

/** Outside of quotes, and not where the shell does not split: assignments, `[[ … ]]`, `case`. */
function isBare(source: string, at: number): boolean {
  const line = source.slice(source.lastIndexOf('\n', at) + 1, at);
  const isAssigned = /(^|\s)\w+=$/.test(line) && !/\b(env|export|echo|printf)\b/.test(line);
  const isTest = /\[\[[^\]]*$/.test(line) || /\bcase\s+$/.test(line) || /\(\([^)]*$/.test(line);
  return !isAssigned && !isTest && !isQuoted(line);
}

/** Whether what follows stands in quotes; those of a `$(…)` count for themselves. */
function isQuoted(before: string): boolean {
  const plain = before.replace(/\\./g, '').replace(/'[^']*'/g, '');
  if (plain.includes("'")) return true;
  const open = [false];
  for (const [token] of plain.matchAll(/\$\(|["')]/g)) {
    if (token === '$(') open.push(false);
    else if (token === ')') open.length = Math.max(1, open.length - 1);
    else open[open.length - 1] = !(open.at(-1) ?? false);
  }
  return open.at(-1) ?? false;
}

/** It arrives empty. */
export const secretOutput: WorkflowRule = {
  id: 'secret-output',
  title: 'A secret as the output of a job',
  severity: 'error',
  persona: 'regular',
  what: 'Outputs of jobs that read a secret, and outputs of steps that are called like a password, a token or the URL of a database.',
  why: 'GitHub drops an output that holds a secret or a masked value: the next job gets nothing.',
  hint: 'Hand on what names it, such as the id of the branch, and ask for it again in the later job.',
  bad: inWorkflow(
    'on: push\njobs:\n  branch:\n    runs-on: ubuntu-24.04\n    outputs:\n      database_url: ${{ steps.branch.outputs.database_url }}\n    steps:\n      - id: branch\n        run: ./branch\n',
  ),
  good: inWorkflow(
    'on: push\njobs:\n  branch:\n    runs-on: ubuntu-24.04\n    outputs:\n      branch_id: ${{ steps.branch.outputs.branch_id }}\n    steps:\n      - id: branch\n        run: ./branch\n',
  ),
  check: ofJobs(({ node }) =>
    entriesOf(valueAt(node, 'outputs')).flatMap(({ key, at, value }) => {
      const reads = (value.kind === 'scalar' ? expressionsIn(value) : []).flatMap((each) => each.reads);
      const isSecret = reads.some((read) => read.startsWith('secrets.'));
      const isLikely = reads.some((read) => SECRET_NAME.test(read.split('.').at(-1) ?? ''));
      return isSecret || isLikely
        ? [
            {
              at,
              message: `GitHub drops ${key} as soon as it holds a secret.`,
              ...(isSecret ? {} : { severity: 'warning' as const }),
            },
          ]
        : [];
    }),
  ),
};

const SECRET_NAME =
  /(^|_|-)(password|token|secret|api_?key|database_?url|db_?url(_with_pooler)?|connection_?(string|uri))$/;

/** A step whose condition no event can meet. */
export const constantCondition: WorkflowRule = {
  id: 'constant-condition',
  title: 'A condition that says true or false',
  severity: 'warning',
  persona: 'regular',
  what: '`if: true`, `if: false` and comparisons of two written values.',
  why: 'What is switched off stays in the file until nobody knows why it is there; what is always on needs no condition.',
  hint: 'Take the condition away, or what it switches off.',
  bad: steps('      - if: false\n        run: make\n'),
  good: steps('      - if: always()\n        run: make\n'),
  check: ofWorkflows(({ jobs }) =>
    jobs
      .flatMap((job) => [job, ...job.steps])
      .flatMap(({ conditionNode }) => {
        const condition = conditionOf(conditionNode);
        const isConstant =
          condition !== null &&
          condition.tree !== null &&
          condition.reads.length === 0 &&
          condition.calls.length === 0;
        return isConstant && conditionNode !== null && !conditionNode.text.includes('${{ ')
          ? [{ at: conditionNode, message: 'The condition never changes.' }]
          : [];
      }),
  ),
};
