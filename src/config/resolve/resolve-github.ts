import type { ProjectDefinition } from '../definition/project-definition.ts';
import type { ResolvedElixir, ResolvedGithub, ResolvedRelease } from '../resolved-github.ts';
import { nodeCommands } from '../node-commands.ts';
import { installCommandOf } from './install-command-of.ts';
import { resolveChecks } from './resolve-checks.ts';

/** Named, where `ubuntu-latest` changes under a repository from one day to the next. */
const RUNNER = 'ubuntu-24.04';

/** The long-term release. */
const NODE_VERSION = 24;

/** What the images of Phoenix apps are built with. */
const ELIXIR: ResolvedElixir = { elixir: '1.18', otp: '27' };

/** GitHub's environment that holds the secrets of a release, when nothing is said. */
const RELEASE_ENVIRONMENT = 'release';

/** What is said of GitHub. GitHub workflows are written where anything is said, unless `workflows: false`. */
export function resolveGithub(project: ProjectDefinition): ResolvedGithub {
  const { github } = project;
  return {
    repository: github?.repository ?? null,
    mainBranch: github?.mainBranch ?? 'main',
    workflows: github !== undefined && github.workflows !== false,
    runner: github?.runner ?? RUNNER,
    node: github?.node ?? NODE_VERSION,
    elixir: github?.elixir ?? (runsElixir(project) ? ELIXIR : null),
    install: github?.install === undefined ? installOf(project) : github.install,
    actions: github?.actions ?? {},
    codeScanning: github?.codeScanning ?? false,
    dependabot: github !== undefined && (github.dependabot ?? true),
  };
}

/** What is published when a tag is pushed; null: nothing. */
export function resolveRelease(project: ProjectDefinition): ResolvedRelease | null {
  const release = project.ci?.release;
  if (release === undefined) return null;
  return {
    pattern: release.on.pattern,
    command: release.command,
    check: release.check ?? null,
    environment: release.environment ?? RELEASE_ENVIRONMENT,
    permissions: release.permissions ?? [],
    secrets: release.secrets ?? [],
  };
}

function runsElixir(project: ProjectDefinition): boolean {
  const isPhoenix = Object.values(project.apps).some(({ stack }) => stack?.name === 'phoenix');
  return isPhoenix || commandsOf(project).some(({ command }) => /(^|[\s;&|(])mix\s/.test(command));
}

/** What installs the lock file: as some command of the project already does it, else as its package manager does. */
function installOf(project: ProjectDefinition): string | null {
  const isNode = Object.values(project.apps).some(
    ({ stack }) => stack?.name === 'node' || stack?.name === 'nextjs',
  );
  // What works in another directory says nothing of the root, and installs there itself.
  const atRoot = commandsOf(project)
    .flatMap(({ command, directory }) => nodeCommands(command, directory))
    .filter(({ folder }) => folder === '');
  return installCommandOf(
    atRoot.map(({ text }) => text),
    isNode,
  );
}

function commandsOf(project: ProjectDefinition): { readonly command: string; readonly directory: string }[] {
  const builds = Object.values(project.apps).flatMap(({ stack }) => stack?.build ?? []);
  return [...builds.map((command) => ({ command, directory: '' })), ...resolveChecks(project)];
}
