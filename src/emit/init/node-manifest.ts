import { isRecord } from '../../config/config-path.ts';
import { filesIn, type Repository } from './repository.ts';

/** What a package.json says that matters here. */
export interface NodeManifest {
  readonly name: string | null;
  readonly scripts: Readonly<Record<string, string>>;
  /** Of both kinds. */
  readonly dependencies: readonly string[];
  /** Whether it names the packages of a workspace. */
  readonly isWorkspace: boolean;
  /** What its field `packageManager` names, or null. */
  readonly packageManager: 'npm' | 'pnpm' | 'yarn' | null;
}

/** The package.json of a folder, or null where there is none that can be read. */
export function nodeManifest(repository: Repository, folder: string): NodeManifest | null {
  const text = repository.texts.get(folder === '' ? 'package.json' : `${folder}/package.json`);
  const data = text === undefined ? null : parsed(text);
  if (data === null) return null;
  const keys = (value: unknown): string[] => (isRecord(value) ? Object.keys(value) : []);
  const isPnpmWorkspace = filesIn(repository, folder).includes('pnpm-workspace.yaml');
  return {
    name: typeof data['name'] === 'string' ? data['name'] : null,
    scripts: textsOf(data['scripts']),
    dependencies: [...keys(data['dependencies']), ...keys(data['devDependencies'])],
    isWorkspace: isPnpmWorkspace || data['workspaces'] !== undefined,
    packageManager: managerNamed(data['packageManager']),
  };
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const data: unknown = JSON.parse(text);
    return isRecord(data) ? data : null;
  } catch {
    return null;
  }
}

function textsOf(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** `pnpm@9.1.0`. */
function managerNamed(value: unknown): NodeManifest['packageManager'] {
  const name = typeof value === 'string' ? value.split('@', 1)[0] : undefined;
  return name === 'npm' || name === 'pnpm' || name === 'yarn' ? name : null;
}
