import type { ConfigPath } from '../config-path.ts';
import type { GateDefinition } from '../definition/environment-definition.ts';
import type { ProjectDefinition } from '../definition/project-definition.ts';
import { pathText } from '../config-path.ts';
import { approvalEnvironment } from '../github-names.ts';
import type { Mistake } from '../mistake.ts';
import { resolveChecks } from '../resolve/resolve-checks.ts';
import { triggersOf } from '../resolve/environment-kind.ts';
import { conflict, impossible } from './conflict.ts';

/** Reviewers of one environment (docs.github.com, "Deployments and environments"). */
const REVIEWERS_MAX = 6;

/** The id of a job (docs.github.com, "Workflow syntax", jobs.<job_id>); ours are `check-` and the name. */
const CHECK_NAME_MAX = 100 - 'check-'.length;

/** What GitHub does not take in a GitHub workflow. Asked only where some are written. */
export function githubLimits(project: ProjectDefinition): Mistake[] {
  if (project.github === undefined || project.github.workflows === false) return [];
  return [
    ...checkNames(project),
    ...Object.entries(project.environments).flatMap(([name, environment]) => [
      ...(environment.gates ?? []).flatMap((gate, index) =>
        gateMistakes(project, name, gate, ['environments', name, 'gates', index]),
      ),
      ...emptyFilters(environment, ['environments', name, 'on']),
    ]),
    ...reservedNames(project),
  ];
}

function checkNames(project: ProjectDefinition): Mistake[] {
  return resolveChecks(project)
    .filter(({ name }) => name.length > CHECK_NAME_MAX)
    .map(({ name }) =>
      impossible(
        ['ci', 'checks', name],
        `has a name of ${name.length} letters, from which GitHub makes no job`,
        `Use ${CHECK_NAME_MAX} at most.`,
      ),
    );
}

function gateMistakes(
  project: ProjectDefinition,
  environment: string,
  gate: GateDefinition,
  path: ConfigPath,
): Mistake[] {
  if (gate.kind !== 'approval' || gate.by !== 'reviewers') return [];
  const asked = approvalEnvironment(environment);
  const reviewers = gate.approvers?.length ?? 0;
  return [
    ...(reviewers > REVIEWERS_MAX
      ? [
          impossible(
            [...path, 'approvers'],
            `names ${reviewers} reviewers, and an environment of GitHub has ${REVIEWERS_MAX} at most`,
            "Name a team: 'acme/platform'.",
          ),
        ]
      : []),
    ...(asked in project.environments
      ? [
          conflict(
            path,
            `asks its reviewers in the GitHub environment ${asked}, which is one of the project's own`,
            `Give the environment ${asked} another name.`,
          ),
        ]
      : []),
  ];
}

/** A filter that matches nothing starts nothing, and GitHub says nothing of it (git-check-ref-format: no blank in a name). */
function emptyFilters(environment: ProjectDefinition['environments'][string], path: ConfigPath): Mistake[] {
  return triggersOf(environment).flatMap((trigger) => {
    const pattern = trigger.kind === 'push' ? trigger.branch : trigger.kind === 'tag' ? trigger.pattern : '';
    const hint = 'Write what is meant: main, release/*.';
    if (pattern.startsWith('!')) return [impossible(path, `has ${pattern}, which only takes away`, hint)];
    return /\s/.test(pattern)
      ? [
          impossible(
            path,
            `has ${JSON.stringify(pattern)}, but no branch or tag has a blank in its name`,
            hint,
          ),
        ]
      : [];
  });
}

/** GitHub keeps these for itself, and takes no secret of such a name. */
function reservedNames(project: ProjectDefinition): Mistake[] {
  const found: Mistake[] = [];
  const look = (value: unknown, path: ConfigPath): void => {
    if (typeof value !== 'object' || value === null) return;
    const { kind, name } = value as { kind?: unknown; name?: unknown };
    if (kind === 'secret' && typeof name === 'string') refuse(name, path);
    else for (const [key, inner] of Object.entries(value)) look(inner, [...path, key]);
  };
  const refuse = (name: string, path: ConfigPath): void => {
    if (!/^GITHUB_/i.test(name)) return;
    found.push({
      code: 'CONFIG_INVALID_VALUE',
      path,
      message: `${pathText(path)} is the secret ${name}, but GitHub keeps names with GITHUB_ for itself.`,
      hint: 'Choose another name.',
    });
  };
  look(project.apps, ['apps']);
  look(project.environments, ['environments']);
  look(project.smoke, ['smoke']);
  const accounts: readonly (readonly [string | undefined, ConfigPath])[] = [
    [project.fly?.token, ['fly', 'token']],
    [project.vercel?.token, ['vercel', 'token']],
    ...Object.entries(project.environments).flatMap(([name, { fly, vercel }]) => [
      [fly?.token, ['environments', name, 'fly', 'token']] as const,
      [vercel?.token, ['environments', name, 'vercel', 'token']] as const,
    ]),
  ];
  for (const [name, path] of accounts) if (name !== undefined) refuse(name, path);
  return found;
}
