import { posix } from 'node:path';
import { readFlyToml } from '../../config/fly-toml/read-fly-toml.ts';
import type { FlyTomlReading } from '../../config/fly-toml/fly-toml-reading.ts';
import { findFlyFiles, type FlyFile } from './find-fly-files.ts';
import { nodeManifest } from './node-manifest.ts';
import { filesIn, folderOf, slugOf, type Repository } from './repository.ts';

/** One app of the repository, as far as its files say. */
export interface FoundApp {
  readonly name: string;
  readonly platform: 'fly' | 'vercel';
  readonly kind: 'phoenix' | 'nextjs' | 'node' | 'generic';
  /** Of its sources; `''` is the root. */
  readonly folder: string;
  /** Its fly.toml files, read. */
  readonly flyFiles: readonly { readonly file: FlyFile; readonly reading: FlyTomlReading }[];
  /** Its Dockerfile, from the root of the repository; null where a fly.toml names it, or there is none. */
  readonly dockerfile: string | null;
  /** By which files it was recognised; none: it was not. */
  readonly evidence: readonly string[];
}

type Draft = Omit<FoundApp, 'name'> & { readonly name: string | null };

/** Every app of a repository. Where nothing tells of one, one is assumed, so that there is a config to begin with. */
export function findApps(repository: Repository): FoundApp[] {
  const onFly = appsOnFly(repository);
  const served = new Set(onFly.filter(isServed).map(({ folder }) => folder));
  const web = appsOfNext(repository).filter(({ folder }) => !served.has(folder));
  const drafts = [...web, ...onFly];
  if (drafts.length > 0) return named([...drafts, ...packagesBeside(repository, drafts)]);
  const others = unconfigured(repository);
  return named(others.length > 0 ? others : [nothing()]);
}

/** What starts beside the apps that a platform's files tell of. An app of the root may be made of all packages. */
function packagesBeside(repository: Repository, drafts: readonly Draft[]): Draft[] {
  if (drafts.some(({ folder }) => folder === '')) return [];
  return unconfigured(repository).filter(
    ({ folder }) => folder !== '' && drafts.every((draft) => draft.folder !== folder),
  );
}

function appsOnFly(repository: Repository): Draft[] {
  const groups = Map.groupBy(findFlyFiles(repository), ({ app, folder }) => `${app}|${folder}`);
  return [...groups.values()].map((files): Draft => {
    const folder = files[0]?.folder ?? '';
    const flyFiles = files.map((file) => ({
      file,
      reading: readFlyToml(repository.texts.get(file.path) ?? '', { path: file.path, shown: file.path }),
    }));
    const namesDockerfile = flyFiles.every(({ reading }) => reading.settings.dockerfile !== undefined);
    return {
      name: files[0]?.app ?? null,
      platform: 'fly',
      kind: kindOnFly(repository, folder, flyFiles),
      folder,
      flyFiles,
      dockerfile: namesDockerfile ? null : dockerfileIn(repository, folder),
      evidence: files.map(({ path }) => path),
    };
  });
}

/** What listens nowhere is no Next.js, though it may lie beside one. */
function kindOnFly(repository: Repository, folder: string, flyFiles: FoundApp['flyFiles']): FoundApp['kind'] {
  const kind = kindOf(repository, folder);
  return kind === 'nextjs' && !isServed({ flyFiles }) ? 'generic' : kind;
}

function isServed({ flyFiles }: Pick<FoundApp, 'flyFiles'>): boolean {
  return flyFiles.some(({ reading }) => reading.settings.port !== null);
}

const NEXT_CONFIG = /^next\.config\.[cm]?[jt]s$/;
const NEXT_OR_PACKAGE = /(^|\/)(next\.config\.[cm]?[jt]s|package\.json)$/;

/** Next.js runs on Fly as a server of its own, unless the repository says that it is on Vercel. */
function appsOfNext(repository: Repository): Draft[] {
  const folders = new Set(repository.files.filter((file) => NEXT_OR_PACKAGE.test(file)).map(folderOf));
  return [...folders].flatMap((folder): Draft[] => {
    const file = nextEvidence(repository, folder);
    if (file === null) return [];
    const vercel = ['vercel.json', '.vercel/project.json']
      .map((name) => posix.join(folder, name))
      .find((name) => repository.files.includes(name));
    return [
      {
        name: slugOf(posix.basename(folder)),
        platform: vercel === undefined ? 'fly' : 'vercel',
        kind: 'nextjs',
        folder,
        flyFiles: [],
        dockerfile: dockerfileIn(repository, folder),
        evidence: [file, ...(vercel === undefined ? [] : [vercel])],
      },
    ];
  });
}

/** What says that a folder is a Next.js app: its own file, which it need not have, or else how it is built. */
function nextEvidence(repository: Repository, folder: string): string | null {
  const config = filesIn(repository, folder).find((file) => NEXT_CONFIG.test(file));
  if (config !== undefined) return posix.join(folder, config);
  const build = nodeManifest(repository, folder)?.scripts['build'] ?? '';
  return /\bnext build\b/.test(build) ? posix.join(folder, 'package.json') : null;
}

/** What no platform's file tells of: Phoenix, the packages of a workspace or of the root that start, a Dockerfile. */
function unconfigured(repository: Repository): Draft[] {
  const draft = (folder: string, evidence: string): Draft => ({
    name: slugOf(posix.basename(folder)),
    platform: 'fly',
    kind: kindOf(repository, folder),
    folder,
    flyFiles: [],
    dockerfile: dockerfileIn(repository, folder),
    evidence: [posix.join(folder, evidence)],
  });
  const files = filesIn(repository, '');
  if (files.includes('mix.exs')) return [draft('', 'mix.exs')];
  const root = nodeManifest(repository, '');
  const packages = root?.isWorkspace === true ? startingPackages(repository) : [];
  if (packages.length > 0) return packages.map((folder) => draft(folder, 'package.json'));
  if (root?.scripts['start'] !== undefined) return [draft('', 'package.json')];
  if (files.includes('Dockerfile')) return [draft('', 'Dockerfile')];
  return [];
}

/** The packages of a workspace that say how they are started. */
function startingPackages(repository: Repository): string[] {
  return repository.files
    .filter((file) => file.endsWith('/package.json'))
    .map(folderOf)
    .filter((folder) => nodeManifest(repository, folder)?.scripts['start'] !== undefined);
}

function nothing(): Draft {
  return {
    name: null,
    platform: 'fly',
    kind: 'generic',
    folder: '',
    flyFiles: [],
    dockerfile: null,
    evidence: [],
  };
}

function kindOf(repository: Repository, folder: string): FoundApp['kind'] {
  const files = filesIn(repository, folder);
  if (files.includes('mix.exs')) return 'phoenix';
  if (nextEvidence(repository, folder) !== null) return 'nextjs';
  return files.includes('package.json') ? 'node' : 'generic';
}

function dockerfileIn(repository: Repository, folder: string): string | null {
  return filesIn(repository, folder).includes('Dockerfile') ? posix.join(folder, 'Dockerfile') : null;
}

/** A single app without a name is `web`, or `worker` when it listens nowhere; two apps never have one name. */
function named(drafts: readonly Draft[]): FoundApp[] {
  const taken = new Set<string>();
  return drafts.map((draft) => {
    const isWorker = draft.flyFiles.length > 0 && !isServed(draft);
    const wanted = draft.name ?? (isWorker ? 'worker' : 'web');
    let name = wanted;
    for (let count = 2; taken.has(name); count += 1) name = `${wanted}-${count}`;
    taken.add(name);
    return { ...draft, name };
  });
}
