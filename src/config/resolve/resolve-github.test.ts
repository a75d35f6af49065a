import { expect, test } from 'vitest';
import { flyApp } from '../builders/apps.ts';
import { check } from '../builders/check.ts';
import { secret } from '../builders/env-values.ts';
import { approval } from '../builders/gates.ts';
import { push, tag } from '../builders/triggers.ts';
import type { ProjectDefinition } from '../definition/project-definition.ts';
import type { StackDefinition } from '../definition/stack-definition.ts';
import { validateConfig } from '../validate-config.ts';
import { resolveProject } from './resolve-project.ts';

const GENERIC: StackDefinition = {
  name: 'generic',
  build: [],
  include: ['.'],
  port: null,
  healthPath: null,
  checks: {},
};

function project(change: Partial<ProjectDefinition> = {}): ProjectDefinition {
  return {
    name: 'shop',
    apps: { web: flyApp({ stack: GENERIC }) },
    environments: { live: { on: push('main'), regions: ['iad'] } },
    ...change,
  };
}

test('nothing is written for GitHub until something is said of it', () => {
  expect(resolveProject(project()).github).toEqual({
    repository: null,
    mainBranch: 'main',
    workflows: false,
    runner: 'ubuntu-24.04',
    node: 24,
    elixir: null,
    install: null,
    actions: {},
    codeScanning: false,
    dependabot: false,
  });
  expect(resolveProject(project({ github: {} })).github).toMatchObject({ workflows: true, dependabot: true });
  const github = { repository: 'acme/shop', mainBranch: 'trunk', workflows: false };
  expect(resolveProject(project({ github }))).toMatchObject({
    repository: 'acme/shop',
    mainBranch: 'trunk',
    github,
  });
});

test.each([
  ['pnpm install && pnpm test', 'pnpm install --frozen-lockfile'],
  ['yarn install --frozen-lockfile', 'yarn install --frozen-lockfile'],
  ['yarn test', 'yarn install --immutable'],
  ['CI=1 npm test', 'npm ci'],
  ['mix test', null],
  ['./scripts/test', null],
])('a check that runs %s has jobs run %s first', (command, install) => {
  const { github } = resolveProject(project({ ci: { checks: { test: check(command) } } }));
  expect(github.install).toBe(install);
  expect(github.elixir === null).toBe(!command.startsWith('mix'));
});

test.each([
  [check('npm --prefix assets test'), null],
  [check('cd assets && npm ci && npm test'), null],
  [check('npm ci && npm test', { directory: 'assets' }), null],
  [check('npm test && npm --prefix assets test'), 'npm ci'],
])('a command in another directory says nothing of the root', (assets, install) => {
  const { github } = resolveProject(project({ ci: { checks: { test: check('mix test'), assets } } }));
  expect(github.install).toBe(install);
});

test('what is written wins over what is found out', () => {
  const github = { install: null, elixir: { elixir: '1.17', otp: '26' }, node: 22, runner: 'self-hosted' };
  const ci = { checks: { test: check('npm test') } };
  expect(resolveProject(project({ ci, github })).github).toMatchObject(github);
});

test('a release says what is published by whom, and null where none is', () => {
  expect(resolveProject(project()).release).toBeNull();
  const release = { on: tag('v*'), command: './publish', check: 'pack', secrets: ['NPM_TOKEN'] };
  expect(resolveProject(project({ ci: { release } })).release).toEqual({
    pattern: 'v*',
    command: './publish',
    check: 'pack',
    environment: 'release',
    permissions: [],
    secrets: ['NPM_TOKEN'],
  });
});

test('an approval holds for a day, by a comment of whoever may write, unless something else is said', () => {
  const gates = [
    approval(),
    approval({ by: 'reviewers', approvers: ['acme/ops'], expires: '2h', notInitiator: true, optional: true }),
  ];
  const [live] = resolveProject(
    project({ environments: { live: { on: push('main'), gates } } }),
  ).environments;
  expect(live?.gates).toEqual([
    {
      kind: 'approval',
      optional: false,
      by: 'comment',
      approvers: [],
      expiresAfterMs: 86_400_000,
      excludesInitiator: false,
    },
    {
      kind: 'approval',
      optional: true,
      by: 'reviewers',
      approvers: ['acme/ops'],
      expiresAfterMs: 7_200_000,
      excludesInitiator: true,
    },
  ]);
});

test('a repository with nothing to deploy may have checks and a release; one with nothing at all is a mistake', () => {
  const said = (config: unknown): string[] =>
    validateConfig(config, { file: 'glidepath.config.ts', source: '' }).diagnostics.map(
      ({ message }) => message,
    );
  const empty = { name: 'tool', apps: {}, environments: {} };
  expect(said({ ...empty, ci: { checks: { test: check('npm test') } } })).toEqual([]);
  expect(said({ ...empty, ci: { release: { on: tag('v*'), command: 'npm publish' } } })).toEqual([]);
  expect(said(empty)).toEqual(['apps is empty.']);
  expect(said(project({ apps: {} }))).toEqual(['apps is empty.']);
  expect(said({ ...empty, ci: { checks: {} }, environments: { test: { kind: 'test' } } })).toEqual([]);
});

test('what GitHub would not take, or would change by itself, is said', () => {
  const said = (github: object): string[] =>
    validateConfig(project({ github }), { file: 'glidepath.config.ts', source: '' }).diagnostics.map(
      ({ severity, message, hint }) => `${severity}: ${message} ${hint ?? ''}`,
    );
  expect(said({ runner: 'windows-2025' })).toEqual([
    'error: github.runner is Windows, where the commands of the checks have no bash. Use ubuntu-24.04.',
  ]);
  expect(said({ runner: 'ubuntu-latest' })).toEqual([
    'warning: github.runner is ubuntu-latest, which becomes another system from one day to the next. Name the system: ubuntu-24.04.',
  ]);
  expect(said({ runner: 'ubunto-24.04' })).toEqual([
    "warning: github.runner is ubunto-24.04, which is no runner of GitHub's own. Did you mean ubuntu-24.04?",
  ]);
  expect(said({ node: 20 })).toEqual([
    'error: github.node is 20, on which Glidepath does not run. Use 22 or newer; what the apps run on is another matter.',
  ]);
  expect(said({ runer: 'x' })).toEqual(['error: github has no setting runer. Did you mean runner?']);
});

test('what GitHub takes in no workflow is said, and only where one is written', () => {
  const said = (change: Partial<ProjectDefinition>): string[] =>
    validateConfig(project(change), { file: 'glidepath.config.ts', source: '' }).diagnostics.map(
      ({ path, message, hint }) => `${path ?? ''}: ${message} ${hint ?? ''}`,
    );
  const live = (settings: object): Partial<ProjectDefinition> => ({
    github: {},
    environments: { live: { on: push('main'), ...settings } },
  });
  const approvers = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  expect(said(live({ gates: [approval({ by: 'reviewers', approvers })] }))).toEqual([
    "environments.live.gates[0].approvers: environments.live.gates[0].approvers names 7 reviewers, and an environment of GitHub has 6 at most. Name a team: 'acme/platform'.",
  ]);
  expect(said(live({ gates: [approval({ by: 'comment', approvers })] }))).toEqual([]);
  expect(said(live({ on: tag('!v*') }))).toEqual([
    'environments.live.on: environments.live.on has !v*, which only takes away. Write what is meant: main, release/*.',
  ]);
  expect(said(live({ on: push('my branch') }))).toEqual([
    'environments.live.on: environments.live.on has "my branch", but no branch or tag has a blank in its name. Write what is meant: main, release/*.',
  ]);
  const secrets = live({ env: { A: secret('github_key') }, fly: { token: 'GITHUB_FLY' } });
  expect(said(secrets)).toEqual([
    'environments.live.env.A: environments.live.env.A is the secret github_key, but GitHub keeps names with GITHUB_ for itself. Choose another name.',
    'environments.live.fly.token: environments.live.fly.token is the secret GITHUB_FLY, but GitHub keeps names with GITHUB_ for itself. Choose another name.',
  ]);
  expect(said({ ...secrets, github: { workflows: false } })).toEqual([]);
  const name = 'c'.repeat(95);
  expect(said({ github: {}, ci: { checks: { [name]: check('true') } } })).toEqual([
    `ci.checks.${name}: ci.checks.${name} has a name of 95 letters, from which GitHub makes no job. Use 94 at most.`,
  ]);
  const taken = {
    live: { on: push('main'), gates: [approval({ by: 'reviewers' })] },
    'live-approval': { on: push('x') },
  };
  expect(said({ github: {}, environments: taken }).join()).toContain(
    "asks its reviewers in the GitHub environment live-approval, which is one of the project's own",
  );
});
