import type { ResolvedEnvironment, ResolvedFlyApp, ResolvedProject } from '../../config/resolved.ts';
import { pathBeside, projectPath } from '../project-path.ts';
import { flyTomlData } from './fly-toml-data.ts';
import { flyTomlEnv, type FlyTomlEnv } from './fly-toml-env.ts';
import { mergeExtra } from './merge-extra.ts';
import { writeToml } from './write-toml.ts';

/** Where a fly.toml goes, and what it is part of. */
export interface FlyTomlPlace {
  readonly environment: ResolvedEnvironment;
  /** Relative to the project. */
  readonly path: string;
  readonly files: ResolvedProject['files'];
}

/**
 * The fly.toml of an app in an environment, unstamped: all that fly.toml can say of it, and what was kept of an imported
 * one. What it cannot say (secrets, counts, domains) stands in comments.
 */
export function flyTomlFor(app: ResolvedFlyApp, place: FlyTomlPlace): string {
  const env = flyTomlEnv(app, place.environment);
  const data = flyTomlData(app, { dockerfile: dockerfileOf(app, place), env: env.values });
  const document = writeToml(mergeExtra(data, app.flyToml?.extra ?? {}));
  return `${comments(app, env, place)
    .map((line) => `# ${line}\n`)
    .join('')}\n${document}`;
}

/** As flyctl looks for it: from the folder of the fly.toml. */
function dockerfileOf(app: ResolvedFlyApp, { environment, path, files }: FlyTomlPlace): string | null {
  const generated =
    files.dockerfile === null
      ? null
      : projectPath(files.dockerfile, { environment: environment.name, app: app.name });
  const file = app.dockerfile ?? generated;
  return file === null ? null : pathBeside(file, path);
}

function comments(app: ResolvedFlyApp, env: FlyTomlEnv, { environment, path }: FlyTomlPlace): string[] {
  const isReview = app.platformName.includes('{pr}');
  const name = isReview ? ` --app ${app.platformName.replaceAll('{pr}', 'NUMBER')}` : '';
  const token = app.token === 'FLY_API_TOKEN' ? '' : `FLY_API_TOKEN=$${app.token} `;
  const machines = app.regions.map(({ region, count }) => `${region} ${count}`);
  const total = app.regions.reduce((sum, { count }) => sum + count, 0);
  return [
    `${app.name} in ${environment.name}, organization ${app.org}. By hand, in an emergency:`,
    `  ${token}fly deploy . --config ${path}${name}`,
    ...(isReview ? ['Without a name on purpose: each pull request has an app of its own.'] : []),
    ...(total > 1 ? [`Machines: ${machines.join(', ')}. Their number is no part of fly.toml.`] : []),
    ...list('Secrets, kept by Fly and written nowhere', env.secrets),
    ...Object.entries(env.unknown).map(([key, value]) => `Not known before it is deployed: ${key}, ${value}`),
    ...list('Domains, which are certificates of the app', app.domains),
    ...(app.migrate?.runs === 'runner'
      ? [`Before a deployment migrate from here: ${firstLine(app.migrate.command)}`]
      : []),
  ];
}

function list(what: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [`${what}: ${items.join(', ')}`];
}

/** A comment ends with its line. */
function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
