import { nameHint } from '../did-you-mean.ts';
import type { ProjectDefinition } from '../definition/project-definition.ts';
import type { Mistake } from '../mistake.ts';
import { conflict, warning } from './conflict.ts';

/** Runners of GitHub's own that Glidepath runs on (actions/runner-images, 2026-08). Others may be an organization's own. */
const RUNNERS = [
  'ubuntu-24.04',
  'ubuntu-24.04-arm',
  'ubuntu-22.04',
  'ubuntu-22.04-arm',
  'ubuntu-26.04',
  'macos-14',
  'macos-15',
  'macos-26',
  'self-hosted',
] as const;

/** The oldest Node that the command runs on. */
const NODE_MIN = 22;

/** What is said of GitHub can be carried out there. */
export function githubRules(project: ProjectDefinition): Mistake[] {
  return [...runnerMistakes(project), ...nodeMistakes(project)];
}

function runnerMistakes({ github }: ProjectDefinition): Mistake[] {
  const runner = github?.runner;
  if (runner === undefined || (RUNNERS as readonly string[]).includes(runner)) return [];
  const path = ['github', 'runner'];
  if (runner.startsWith('windows-')) {
    return [
      conflict(path, 'is Windows, where the commands of the checks have no bash', `Use ${RUNNERS[0]}.`),
    ];
  }
  if (runner.endsWith('-latest')) {
    return [
      warning(
        path,
        `is ${runner}, which becomes another system from one day to the next`,
        `Name the system: ${RUNNERS[0]}.`,
      ),
    ];
  }
  return [
    warning(path, `is ${runner}, which is no runner of GitHub's own`, nameHint(runner, RUNNERS, 'runners')),
  ];
}

function nodeMistakes({ github }: ProjectDefinition): Mistake[] {
  const version = github?.node;
  if (version === undefined || version >= NODE_MIN) return [];
  return [
    conflict(
      ['github', 'node'],
      `is ${version}, on which Glidepath does not run`,
      `Use ${NODE_MIN} or newer; what the apps run on is another matter.`,
    ),
  ];
}
