import { posix } from 'node:path';
import { folderOf, slugOf, type Repository } from './repository.ts';

/** Names that are read as those of environments, and not of apps. */
const ENVIRONMENTS = [
  'dev',
  'development',
  'test',
  'testing',
  'qa',
  'preview',
  'review',
  'staging',
  'stage',
  'demo',
  'prod',
  'production',
  'live',
];

/** A fly.toml of the repository, and what its place says. */
export interface FlyFile {
  readonly path: string;
  /** Null: its place names none. */
  readonly app: string | null;
  /** Null: its place names none. */
  readonly environment: string | null;
  /** The folder of the app's sources. */
  readonly folder: string;
}

/**
 * Every fly.toml by the layouts there are: `fly.toml` in the folder of an app, `fly.{environment}.toml`,
 * `fly.{environment}.{app}.toml` in either order, and `…/{app}/{environment}/fly.toml`. What `generate` wrote is none.
 */
export function findFlyFiles(repository: Repository): FlyFile[] {
  return repository.files
    .filter((file) => /^fly(\.[^/]+)?\.toml$/.test(posix.basename(file)))
    .filter((file) => repository.texts.get(file)?.includes('# glidepath-checksum:') !== true)
    .map((path) => flyFile(path, repository))
    .sort((one, other) => (one.path < other.path ? -1 : 1));
}

function flyFile(path: string, repository: Repository): FlyFile {
  const folder = folderOf(path);
  const words = posix.basename(path).split('.').slice(1, -1);
  if (words.length > 0) {
    const environment = words.find(isEnvironment) ?? null;
    const app = words.find((word) => word !== environment) ?? null;
    return { path, app: nameOf(app), environment, folder };
  }
  const parts = folder === '' ? [] : folder.split('/');
  const last = parts.at(-1);
  if (last === undefined || !isEnvironment(last))
    return { path, app: nameOf(last ?? null), environment: null, folder };
  const app = parts.at(-2) ?? null;
  // `infra/fly/api/staging/fly.toml` lies apart from the sources, which are where a folder of the app's name is.
  const sources = app === null ? '' : sourcesOf(app, folder, repository);
  return { path, app: nameOf(app), environment: last, folder: sources };
}

function sourcesOf(app: string, folder: string, repository: Repository): string {
  const manifest = repository.files.find(
    (file) =>
      /(^|\/)(package\.json|mix\.exs|Dockerfile)$/.test(file) &&
      posix.basename(folderOf(file)) === app &&
      !folder.startsWith(`${folderOf(file)}/`),
  );
  return manifest === undefined ? '' : folderOf(manifest);
}

function isEnvironment(word: string): boolean {
  return ENVIRONMENTS.includes(word.toLowerCase());
}

function nameOf(text: string | null): string | null {
  return text === null ? null : slugOf(text);
}
