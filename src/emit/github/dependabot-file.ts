import { installsPackages, nodeCommands } from '../../config/node-commands.ts';
import type { GeneratedFile } from '../generated-file.ts';
import { stamped } from '../stamp.ts';
import { noted, type Yaml, type YamlMap } from '../yaml/yaml-data.ts';
import { writeYaml } from '../yaml/write-yaml.ts';
import { ACTION_PINS_READ } from './action-pins.ts';
import { comment } from './comment.ts';
import type { WorkflowContext } from './workflow-context.ts';

/** As long as it mostly takes until somebody notices that a release was taken over. Security updates do not wait. */
const COOLDOWN_DAYS = 7;

const ABOUT = `The generated files pin actions to commits, as of ${ACTION_PINS_READ}. If Dependabot updates one, that file counts as edited: add the new commit to github.actions in glidepath.config.ts as well, or wait for the next version of Glidepath.`;

/** `.github/dependabot.yml`: updates of what the project is made of, after a while in which others try them. */
export function dependabotFile({ project }: WorkflowContext): readonly GeneratedFile[] {
  if (!project.github.dependabot) return [];
  const updates: Yaml[] = [
    update('github-actions', { isFirst: true }),
    ...nodeFolders(project).map((directory) => update('npm', { directory })),
    ...(project.github.elixir === null ? [] : [update('mix')]),
    ...dockerFolders(project).map((directory) => update('docker', { directory })),
  ];
  return [
    {
      path: '.github/dependabot.yml',
      content: stamped(`${comment(ABOUT)}\n${writeYaml({ version: 2, updates })}`),
      reason: 'Updates of dependencies, by Dependabot.',
    },
  ];
}

function update(
  ecosystem: string,
  { directory = '/', isFirst = false }: { readonly directory?: string; readonly isFirst?: boolean } = {},
): Yaml {
  const map: YamlMap = {
    'package-ecosystem': ecosystem,
    directory,
    schedule: { interval: 'weekly' },
    cooldown: { 'default-days': COOLDOWN_DAYS },
    groups: { [ecosystem]: { patterns: ['*'], 'update-types': ['minor', 'patch'] } },
  };
  return isFirst ? map : noted(map, { isApart: true });
}

/**
 * Where a lock file is: at the root, and where checks install packages. The packages of a workspace have theirs at the
 * root, and Dependabot finds them from there; asked to update one by itself, it leaves the lock file behind or refuses
 * (dependabot/dependabot-core#4993, #11487).
 */
function nodeFolders({ github, checks }: WorkflowContext['project']): string[] {
  const hasRoot = github.install !== null;
  const others = checks
    .flatMap(({ command, directory }) => nodeCommands(command, directory))
    .filter(({ folder }) => folder !== '' && !folder.startsWith('..'))
    .filter((command) => !hasRoot || installsPackages(command))
    .map(({ folder }) => `/${folder}`);
  return [...new Set([...(hasRoot ? ['/'] : []), ...others])];
}

/** Where a Dockerfile of the project's own is; those that Glidepath writes are updated with it. */
function dockerFolders(project: WorkflowContext['project']): string[] {
  const files = project.environments.flatMap(({ apps }) =>
    apps.flatMap((app) => (app.platform === 'fly' && app.dockerfile !== null ? [app.dockerfile] : [])),
  );
  return [...new Set(files.map((file) => `/${file.replace(/^\.\//, '').split('/').slice(0, -1).join('/')}`))];
}
