import { entriesOf, itemsOf, scalarAt, scalarsOf, textAt, valueAt } from '../../read/yaml-access.ts';
import type { YamlNode } from '../../read/yaml-tree.ts';
import type { Span } from '../../read/source-file.ts';
import { findIn, inWorkflow, ofCommands, ofJobs, ofSteps, ofWorkflows } from '../check.ts';
import type { Example, WorkflowRule } from '../rule.ts';
import { startsOn } from '../workflow-events.ts';

const steps = (lines: string, on = 'push'): Example =>
  inWorkflow(`on: ${on}\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n${lines}`);

/** What one step writes becomes the environment of all others. */
export const githubEnv: WorkflowRule = {
  id: 'github-env',
  title: 'GITHUB_ENV and GITHUB_PATH',
  severity: 'advice',
  persona: 'pedantic',
  what: 'Scripts that write to either file; an error where strangers can start the workflow with its rights.',
  why: 'Whoever gets a line into it sets LD_PRELOAD or PATH for every later step.',
  hint: 'Write to GITHUB_OUTPUT, and give the value to the step that needs it.',
  bad: steps('      - run: echo "VERSION=$(cat version)" >> "$GITHUB_ENV"\n', 'pull_request_target'),
  good: steps('      - id: version\n        run: echo "version=$(cat version)" >> "$GITHUB_OUTPUT"\n'),
  check: ofCommands((text) => {
    if (text.workflow === null) return [];
    const isDangerous = startsOn(text.workflow, 'pull_request_target', 'workflow_run');
    return findIn(
      text,
      />>?\s*"?\$\{?(?:GITHUB_ENV|GITHUB_PATH)\b\}?"?|\btee\s+-a\s+"?\$\{?(?:GITHUB_ENV|GITHUB_PATH)\b/g,
    ).map(({ start, end }) => ({
      at: { start, end },
      message: 'What this step writes is the environment of every later one.',
      ...(isDangerous ? { severity: 'error' as const, persona: 'regular' as const } : {}),
    }));
  }),
};

/** A password for everybody to read. */
export const hardcodedContainerCredentials: WorkflowRule = {
  id: 'hardcoded-container-credentials',
  title: 'A password of a registry in the workflow',
  severity: 'error',
  persona: 'regular',
  what: '`credentials.password` of a container or a service that is no expression.',
  why: 'Everybody who can read the repository can read it, and its history keeps it.',
  hint: 'Keep it as a secret of the environment; change the password.',
  bad: inWorkflow(
    'on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    container:\n      image: ghcr.io/acme/ci:1@sha256:0123456789012345678901234567890123456789012345678901234567890123\n      credentials:\n        username: acme\n        password: hunter2\n    steps:\n      - run: make\n',
  ),
  good: inWorkflow(
    'on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    environment: ci\n    container:\n      image: ghcr.io/acme/ci:1@sha256:0123456789012345678901234567890123456789012345678901234567890123\n      credentials:\n        username: acme\n        password: ${{ secrets.REGISTRY_PASSWORD }}\n    steps:\n      - run: make\n',
  ),
  check: ofJobs(({ node }) => {
    const holders = [
      valueAt(node, 'container'),
      ...entriesOf(valueAt(node, 'services')).map(({ value }) => value),
    ];
    return holders.flatMap((holder) => {
      const password = scalarAt(holder, 'credentials', 'password');
      if (password === null || password.text === '' || password.text.includes('${{')) return [];
      return [{ at: password, message: 'The password stands in the file for everybody to read.' }];
    });
  }),
};

/** Any line of output is a command. */
export const insecureCommands: WorkflowRule = {
  id: 'insecure-commands',
  title: 'Old workflow commands switched on again',
  severity: 'error',
  persona: 'regular',
  what: 'ACTIONS_ALLOW_UNSECURE_COMMANDS in any `env`.',
  why: 'Any line that any program prints may then set variables and the path.',
  hint: 'Take it away, and write to GITHUB_OUTPUT.',
  bad: inWorkflow(
    "on: push\nenv:\n  ACTIONS_ALLOW_UNSECURE_COMMANDS: 'true'\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n",
  ),
  good: steps('      - run: make\n'),
  check: ofWorkflows((workflow) =>
    envsOf(
      workflow.root,
      workflow.jobs.map(({ node }) => node),
    ).flatMap((env) =>
      entriesOf(env)
        .filter(({ key, value }) => key === 'ACTIONS_ALLOW_UNSECURE_COMMANDS' && textAt(value) !== 'false')
        .map(({ at }) => ({ at, message: 'Every line that is printed may be a command.' })),
    ),
  ),
};

function envsOf(root: YamlNode, jobs: readonly YamlNode[]): readonly (YamlNode | null)[] {
  const inSteps = jobs.flatMap((job) => itemsOf(valueAt(job, 'steps')));
  return [root, ...jobs, ...inSteps].map((node) => valueAt(node, 'env'));
}

/** Works, and is better not used. */
export const misfeature: WorkflowRule = {
  id: 'misfeature',
  title: 'A feature that nobody should use',
  severity: 'warning',
  persona: 'regular',
  what: '`shell: cmd`, and `pip-install` of actions/setup-python.',
  why: 'cmd has no way to quote a value safely, nor does it stop at an error; pip-install installs into everybody’s Python.',
  hint: 'Use bash or pwsh, and a virtual environment by a lockfile.',
  bad: steps('      - run: dir\n        shell: cmd\n'),
  good: steps('      - run: ls\n        shell: bash\n'),
  check: ofWorkflows(({ root, jobs }) => {
    const shells = [
      scalarAt(root, 'defaults', 'run', 'shell'),
      ...jobs.flatMap((job) => [
        scalarAt(job.node, 'defaults', 'run', 'shell'),
        ...job.steps.map(({ node }) => scalarAt(node, 'shell')),
      ]),
    ];
    const installs = jobs.flatMap((job) => job.steps.map((step) => scalarAt(step.with, 'pip-install')));
    return [
      ...shells.flatMap((shell) =>
        shell?.text.split(' ')[0] === 'cmd' ? [{ at: shell, message: 'cmd stops at no error.' }] : [],
      ),
      ...installs.flatMap((each) =>
        each === null ? [] : [{ at: each, message: 'pip-install installs what no lockfile holds.' }],
      ),
    ];
  }),
};

/** What a run leaves there is there for the next. */
export const selfHostedRunner: WorkflowRule = {
  id: 'self-hosted-runner',
  title: 'A runner of your own',
  severity: 'advice',
  persona: 'pedantic',
  what: 'Jobs with the label self-hosted.',
  why: 'What one run leaves on the machine is there for the next, also what a stranger’s pull request left.',
  hint: 'Let it run one job and be thrown away (`--ephemeral`), and keep pull requests of forks off it.',
  bad: inWorkflow(
    'on: push\njobs:\n  build:\n    runs-on: [self-hosted, linux]\n    steps:\n      - run: make\n',
  ),
  good: steps('      - run: make\n'),
  check: ofJobs(({ node }) => {
    const runsOn = valueAt(node, 'runs-on');
    const labels = runsOn?.kind === 'map' ? scalarsOf(valueAt(runsOn, 'labels')) : scalarsOf(runsOn);
    const found: Span | undefined = labels.find(({ text }) => text === 'self-hosted');
    return found === undefined
      ? []
      : [{ at: found, message: 'The next run finds what this one leaves behind.' }];
  }),
};

/** Actions that may be handed a token for all that an App may do. */
export const githubApp: WorkflowRule = {
  id: 'github-app',
  title: 'An App token for everything',
  severity: 'warning',
  persona: 'regular',
  what: 'actions/create-github-app-token without `permission-…` inputs, with `owner` and no `repositories`, or with `skip-token-revoke`.',
  why: 'The token can do all that the App may do, wherever it is installed, and for an hour.',
  hint: 'Name the permissions and the repositories that the job needs.',
  bad: steps(
    '      - uses: actions/create-github-app-token@0123456789abcdef0123456789abcdef01234567 # v2.0.0\n        with:\n          app-id: 1\n          private-key: ${{ secrets.KEY }}\n',
  ),
  good: steps(
    '      - uses: actions/create-github-app-token@0123456789abcdef0123456789abcdef01234567 # v2.0.0\n        with:\n          app-id: 1\n          private-key: ${{ secrets.KEY }}\n          permission-contents: write\n',
  ),
  check: ofSteps(({ uses, with: inputs }) => {
    if (uses?.repository !== 'actions/create-github-app-token') return [];
    const names = entriesOf(inputs).map(({ key }) => key);
    const faults = [
      names.some((name) => name.startsWith('permission-'))
        ? null
        : 'The token can do all that the App may do.',
      names.includes('owner') && !names.includes('repositories')
        ? 'The token reaches every repository of the owner.'
        : null,
      textAt(inputs, 'skip-token-revoke') === 'true' ? 'The token goes on working after the job.' : null,
    ];
    return faults.flatMap((message) => (message === null ? [] : [{ at: uses, message }]));
  }),
};

/** A password where none is needed. */
export const useTrustedPublishing: WorkflowRule = {
  id: 'use-trusted-publishing',
  title: 'A publishing token where none is needed',
  severity: 'advice',
  persona: 'pedantic',
  what: '`npm publish` with a token from the secrets, and the action of PyPI with a password.',
  why: 'A token that publishes works from anywhere until somebody takes it back.',
  hint: 'Let the registry trust the workflow: `id-token: write` in the job, and the workflow’s name at the registry.',
  bad: steps('      - run: npm publish\n        env:\n          NODE_AUTH_TOKEN: ${{ secrets.NPM_TOKEN }}\n'),
  good: inWorkflow(
    'on: push\njobs:\n  publish:\n    runs-on: ubuntu-24.04\n    permissions:\n      id-token: write # the registry trusts this workflow\n    steps:\n      - run: npm publish\n',
  ),
  check: ofSteps(({ run, uses, with: inputs, node }) => {
    const token = entriesOf(valueAt(node, 'env')).find(({ key }) =>
      /^(NODE_AUTH_TOKEN|NPM_TOKEN)$/.test(key),
    );
    if (run !== null && /\bnpm publish\b/.test(run.text) && token !== undefined) {
      return [{ at: token.at, message: 'npm publishes without a token where it trusts the workflow.' }];
    }
    return uses?.repository === 'pypa/gh-action-pypi-publish' && textAt(inputs, 'password') !== null
      ? [{ at: uses, message: 'PyPI needs no password where it trusts the workflow.' }]
      : [];
  }),
};
