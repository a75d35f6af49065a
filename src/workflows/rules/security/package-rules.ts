import { scalarAt, textAt, entriesOf, valueAt } from '../../read/yaml-access.ts';
import type { YamlScalar } from '../../read/yaml-tree.ts';
import { findIn, inWorkflow, ofCommands, ofJobs, ofSteps } from '../check.ts';
import type { Found, WorkflowRule } from '../rule.ts';

const run = (command: string): string =>
  `on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: ${command}\n`;

/** Installs that look at no lockfile: the command, then words that are no options, files or folders. */
const INSTALLS =
  /\b(?:npm (?:i|install|add)|pnpm add|yarn (?:global )?add|bun add|gem install|pipx? install)\b(?:[ \t]+-[\w-]+(?:=\S+)?)*[ \t]+(?!-)(?!\.|\/|"?\$\{?[A-Z_]+\}?"?\/)["']?[@\w][^\s;&|]*/g;
/** What reads a file that says exactly what is installed. */
const BY_FILE = /(\s-r\s|\s--requirement|\s-e\s|\s--require-hashes|\.tgz$|\.whl$)/;

/** Whatever is newest is installed. */
export const adhocPackages: WorkflowRule = {
  id: 'adhoc-packages',
  title: 'A package that no lockfile knows',
  severity: 'advice',
  persona: 'regular',
  what: '`npm install <package>`, `npm i -g`, `pnpm add`, `yarn add`, `gem install` and `pip install <package>` in scripts of steps.',
  why: 'The package and everything under it are whatever was published last, by whomever; next to the secrets of the job.',
  hint: 'Make it a dependency of the project, and install by the lockfile: npm ci, then npx <tool>.',
  bad: inWorkflow(run('npm install -g vercel@48')),
  good: inWorkflow(run('npm ci')),
  check: ofCommands((text) =>
    text.workflow === null
      ? []
      : findIn(text, INSTALLS).flatMap(({ start, end, match: [command] }) =>
          BY_FILE.test(command)
            ? []
            : [{ at: { start, end }, message: `${command} installs what no lockfile holds.` }],
        ),
  ),
};

/** The image of tomorrow is another one. */
export const unpinnedImages: WorkflowRule = {
  id: 'unpinned-images',
  title: 'An image by no tag, or by `latest`',
  severity: 'error',
  persona: 'regular',
  what: 'Images of `container` and `services` without a tag or with `latest`; for the pedantic also those with a tag and no digest.',
  why: 'Whoever can push the tag decides what runs beside the job; and a test that passed yesterday runs on another server today.',
  hint: 'Name a version, best with its digest: postgres:17.2@sha256:…',
  bad: inWorkflow(
    'on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    services:\n      postgres:\n        image: postgres\n    steps:\n      - run: make test\n',
  ),
  good: inWorkflow(
    'on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    services:\n      postgres:\n        image: postgres:17.2@sha256:0123456789012345678901234567890123456789012345678901234567890123\n    steps:\n      - run: make test\n',
  ),
  check: ofJobs(({ node }) => {
    const container = valueAt(node, 'container');
    const images = [
      container?.kind === 'scalar' ? container : scalarAt(container, 'image'),
      ...entriesOf(valueAt(node, 'services')).map(({ value }) => scalarAt(value, 'image')),
    ];
    return images.flatMap(judgeImage);
  }),
};

function judgeImage(image: YamlScalar | null): readonly Found[] {
  if (image === null || image.text === '' || image.text.includes('${{') || image.text.includes('@sha256:'))
    return [];
  const tag = /:([\w.-]+)$/.exec(image.text)?.[1];
  if (tag === undefined || tag === 'latest')
    return [{ at: image, message: `${image.text} is another image whenever somebody pushes one.` }];
  return [
    {
      at: image,
      severity: 'advice',
      persona: 'pedantic',
      message: `The tag ${tag} of ${image.text} can be moved.`,
      hint: 'Put the digest behind it: @sha256:…',
    },
  ];
}

/** Actions that install whatever is newest unless they are told a version (their action.yml). */
const TOOLS = new Set([
  'aquasecurity/setup-trivy',
  '1password/install-cli-action',
  'superfly/flyctl-actions/setup-flyctl',
]);

/** The tool of tomorrow is another one. */
export const unpinnedTools: WorkflowRule = {
  id: 'unpinned-tools',
  title: 'A setup action that installs the newest version',
  severity: 'warning',
  persona: 'regular',
  what: 'setup-flyctl, setup-trivy and the one of 1Password without `version`, or with `latest`.',
  why: 'The commit of the action is pinned, and what it downloads is not.',
  hint: 'Say which version.',
  bad: inWorkflow(
    'on: push\njobs:\n  deploy:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: superfly/flyctl-actions/setup-flyctl@ed8efb33836e8b2096c7fd3ba1c8afe303ebbff1 # 1.6\n',
  ),
  good: inWorkflow(
    'on: push\njobs:\n  deploy:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: superfly/flyctl-actions/setup-flyctl@ed8efb33836e8b2096c7fd3ba1c8afe303ebbff1 # 1.6\n        with:\n          version: 0.4.97\n',
  ),
  check: ofSteps(({ uses, with: inputs }) => {
    const name = uses === null ? '' : `${uses.repository}/${uses.path}`.replace(/\/$/, '');
    const version = textAt(inputs, 'version');
    if (uses === null || !TOOLS.has(name) || (version !== null && !/^(latest|)$/.test(version))) return [];
    return [
      {
        at: uses,
        message: `${name} installs whatever is newest on that day.`,
        code: "with:\n  version: '<an exact version>'",
      },
    ];
  }),
};
