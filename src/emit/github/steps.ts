import { environmentSecrets } from '../../config/environment-secrets.ts';
import type { ResolvedEnvironment, ResolvedGithub } from '../../config/resolved.ts';
import { assert } from '../../util/assert.ts';
import { noted, type Yaml, type YamlMap } from '../yaml/yaml-data.ts';
import { ACTION_PINS, COREPACK_VERSION, type ActionName } from './action-pins.ts';
import { expression } from './expressions.ts';
import { cliOf, type WorkflowContext } from './workflow-context.ts';

const FIRST_NODE_WITHOUT_COREPACK = 25;

/** What a job needs on its machine. */
interface Setup {
  /** The commit; without it the one that GitHub runs. */
  readonly ref?: string;
  /** Everything that ever was, with branches and tags: to compare commits. */
  readonly hasHistory: boolean;
  /** Elixir too, where the project has it. */
  readonly hasElixir: boolean;
}

/** The commit, the languages, and what the lock file says. No cache: what one run leaves behind must not reach another. */
export function setupSteps(context: WorkflowContext, setup: Setup): Yaml[] {
  return [checkoutStep(context, setup), ...toolSteps(context, setup)];
}

/** What comes after the checkout: from here on code of the repository runs. */
export function toolSteps(context: WorkflowContext, setup: Pick<Setup, 'hasElixir'>): Yaml[] {
  const { github } = context.project;
  return [
    {
      name: `Set up Node ${github.node}`,
      uses: pinned(context, 'actions/setup-node'),
      with: { 'node-version': String(github.node), 'package-manager-cache': false },
    },
    ...(setup.hasElixir && github.elixir !== null
      ? [
          {
            name: `Set up Elixir ${github.elixir.elixir}`,
            uses: pinned(context, 'erlef/setup-beam'),
            with: { 'elixir-version': github.elixir.elixir, 'otp-version': github.elixir.otp },
          },
        ]
      : []),
    ...installSteps(github),
  ];
}

/** The files of the commit, and no token left behind. */
export function checkoutStep(
  context: WorkflowContext,
  { ref, hasHistory }: Pick<Setup, 'ref' | 'hasHistory'>,
): YamlMap {
  return {
    name: 'Check out',
    uses: pinned(context, 'actions/checkout'),
    with: {
      ref,
      'fetch-depth': hasHistory ? 0 : undefined,
      'persist-credentials': false,
    },
  };
}

function installSteps({ install, node }: ResolvedGithub): Yaml[] {
  if (install === null) return [];
  const manager = /^(pnpm|yarn)\b/.exec(install)?.[1];
  return [
    // In the version that package.json names.
    ...(manager === undefined ? [] : [{ name: `Set up ${manager}`, run: enableCorepack(node) }]),
    { name: 'Install dependencies', run: install },
  ];
}

/** Node comes without corepack from 25 on (nodejs/node#57747). It puts pnpm and yarn next to node, where PATH leads. */
function enableCorepack(node: number): string {
  if (node < FIRST_NODE_WITHOUT_COREPACK) return 'corepack enable';
  return `npx --yes corepack@${COREPACK_VERSION} enable --install-directory "$(dirname "$(command -v node)")"`;
}

/** An action at its commit, with the version beside. */
export function pinned({ project }: WorkflowContext, action: ActionName): Yaml {
  const pin = project.github.actions[action] ?? ACTION_PINS[action];
  return noted(`${action}@${pin.sha}`, { beside: pin.version });
}

/** A step that calls Glidepath. What comes from outside reaches it by variables, never as a part of the command. */
export function glidepathStep(
  context: WorkflowContext,
  options: {
    readonly name: string;
    readonly command: string;
    readonly id?: string;
    readonly if?: string;
    readonly env?: YamlMap | undefined;
  },
): YamlMap {
  assert(!options.command.includes('${{'), 'an expression in a command would be run by the shell');
  return {
    name: options.name,
    id: options.id,
    if: options.if,
    env: options.env,
    run: `${cliOf(context)} ${options.command}`,
  };
}

/** The token of the job itself. */
export const JOB_TOKEN: YamlMap = { GITHUB_TOKEN: expression('github.token') };

/** The secrets of environments by name; `keysOnly`: what opens their platforms, without what is passed on to apps. */
export function secretsEnv(
  environments: readonly ResolvedEnvironment[],
  options: { readonly keysOnly: boolean },
): YamlMap {
  const secrets = environments
    .flatMap(environmentSecrets)
    .filter((secret) => secret.isKey || !options.keysOnly);
  return byName(secrets.map((secret) => secret.name));
}

/** Secrets, each under its own name. */
export function byName(names: readonly string[]): YamlMap {
  return Object.fromEntries(names.map((name) => [name, expression(`secrets.${name}`)]));
}
