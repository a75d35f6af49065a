import { posix } from 'node:path';
import { nodeManifest } from './node-manifest.ts';
import { codeText, LINE_LENGTH_MAX, quoted, type Code, type CodeEntry } from './code.ts';
import { findApps, type FoundApp } from './find-apps.ts';
import { foundInstall } from './found-install.ts';
import { initApp, type InitApp } from './init-app.ts';
import { initEnvironments, isProduction, type InitEnvironment } from './init-environments.ts';
import { folderOf, slugOf, type Repository } from './repository.ts';

/** A config for a repository, and what one should know of how it came about. */
export interface InitConfig {
  readonly name: string;
  /** The text of glidepath.config.ts. */
  readonly text: string;
  readonly apps: readonly FoundApp[];
  readonly environments: readonly InitEnvironment[];
  /** Guesses, each a sentence without a full stop. */
  readonly assumed: readonly string[];
  /** Keys of fly.toml files that are kept as they are: `fly.toml: statics[0].guest_path`. */
  readonly kept: readonly string[];
  /** What is not taken over, and why; and what stays as it is. */
  readonly ignored: readonly string[];
}

/** Decides on a config by what a repository holds. What was asked for is given by `answers`. Pure. */
export function initConfig(
  repository: Repository,
  answers: { readonly name?: string; readonly org?: string } = {},
): InitConfig {
  const apps = findApps(repository);
  const environments = initEnvironments(repository, apps);
  const settings = apps.map((app) => initApp(repository, app));
  const name = answers.name ?? defaultName(repository);
  const project: Code = {
    call: 'defineProject',
    entries: [
      { key: 'name', value: quoted(name) },
      ...githubEntry(repository),
      ...flyEntry(apps, answers.org),
      ...databasesEntry(apps, settings),
      { key: 'apps', value: settings.map((app) => ({ key: app.name, value: app.code })) },
      { key: 'environments', value: environments.map((each) => environmentEntry(each, apps, environments)) },
      ...filesEntry(apps),
    ],
  };
  const imports = importsOf(settings, environments, project);
  return {
    name,
    text: `${importLine(imports)}\n\nexport default ${codeText(project)};\n`,
    apps,
    environments,
    assumed: [
      ...looseVersions(repository, apps),
      ...settings.flatMap(({ assumed }) => assumed),
      ...environments.map((each) => `${each.name}: ${each.assumed}`),
      ...(answers.org === undefined && apps.some(isOnFly) ? ['the organization on Fly is personal'] : []),
    ],
    kept: readings(apps).flatMap((reading) => reading.kept.map((key) => `${reading.path}: ${key}`)),
    ignored: [
      ...ignoredOf(apps),
      ...bareFiles(apps),
      ...phoenixOf(repository, apps),
      ...workflowsOf(repository),
    ],
  };
}

/** What the versions of packages are not pinned by. Said once, however many apps there are. */
function looseVersions(repository: Repository, apps: readonly FoundApp[]): string[] {
  if (!apps.some(({ kind }) => kind === 'node' || kind === 'nextjs')) return [];
  const { manager, unlocked } = foundInstall(repository);
  // Without it corepack takes what is newest, in the jobs on GitHub and in images.
  const isLoose = manager === 'pnpm' && nodeManifest(repository, '')?.packageManager !== 'pnpm';
  return [
    ...(unlocked === null
      ? []
      : [
          `${unlocked.because}, so builds install the newest versions; to pin them: ${unlocked.mendedBy}, then glidepath init --force`,
        ]),
    ...(isLoose
      ? [
          'package.json names no version of pnpm, so builds use the newest; to pin it: corepack use pnpm@latest',
        ]
      : []),
  ];
}

/** The name that a repository has by itself. */
export function defaultName(repository: Repository): string {
  const manifest = nodeManifest(repository, '')?.name?.replace(/^@[^/]+\//, '') ?? null;
  const mix = /\bapp:\s*:(\w+)/.exec(repository.texts.get('mix.exs') ?? '')?.[1] ?? null;
  const remote = repositoryOn(repository.remote)?.split('/')[1] ?? null;
  const names = [mix, manifest, remote, repository.folder].map((name) =>
    name === null ? null : slugOf(name),
  );
  return names.find((name) => name !== null) ?? 'project';
}

/** `owner/name` of a remote on GitHub. */
function repositoryOn(remote: string | null): string | null {
  return /github\.com[:/]([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(remote ?? '')?.[1] ?? null;
}

function isOnFly(app: FoundApp): boolean {
  return app.platform === 'fly';
}

function readings(apps: readonly FoundApp[]): FoundApp['flyFiles'][number]['reading'][] {
  return apps.flatMap(({ flyFiles }) => flyFiles.map(({ reading }) => reading));
}

function githubEntry(repository: Repository): CodeEntry[] {
  const name = repositoryOn(repository.remote);
  const main = repository.mainBranch ?? 'main';
  const fields = [
    ...(name === null ? [] : [`repository: ${quoted(name)}`]),
    ...(main === 'main' ? [] : [`mainBranch: ${quoted(main)}`]),
  ];
  return fields.length === 0 ? [] : [{ key: 'github', value: `{ ${fields.join(', ')} }` }];
}

/** `token` is the name of a variable. Both may differ by environment. */
function flyEntry(apps: readonly FoundApp[], org: string | undefined): CodeEntry[] {
  if (!apps.some(isOnFly)) return [];
  const comment =
    org === undefined
      ? 'Assumed: one organization for all environments. The token is the name of a variable, never the token.'
      : 'The token is the name of a variable, never the token.';
  return [{ key: 'fly', value: `{ org: ${quoted(org ?? 'personal')}, token: 'FLY_API_TOKEN' }`, comment }];
}

/** The database of an app that runs already is there already. */
function databasesEntry(apps: readonly FoundApp[], settings: readonly InitApp[]): CodeEntry[] {
  if (!settings.some(({ hasDatabase }) => hasDatabase)) return [];
  const isLive = apps.some(({ flyFiles, platform }) => flyFiles.length > 0 || platform === 'vercel');
  const comment = isLive
    ? 'Assumed: it exists, and its URL is in DATABASE_URL where Glidepath runs. Made by Glidepath: flyPostgres().'
    : 'Assumed: a cluster of Fly Postgres for each environment.';
  return [{ key: 'databases', value: `{ main: ${isLive ? 'external' : 'flyPostgres'}() }`, comment }];
}

function environmentEntry(
  environment: InitEnvironment,
  apps: readonly FoundApp[],
  all: readonly InitEnvironment[],
): CodeEntry {
  const { name, on, after } = environment;
  const own = apps.flatMap((app) => [
    ...app.flyFiles
      .filter(({ file }) => file.environment?.toLowerCase() === name)
      .map(({ file, reading }) => ({
        key: app.name,
        value: overrideCode(file.path, reading.settings.minMachinesRunning ?? 0),
      })),
    ...(isProduction(name) && all.length > 1 ? liveName(app) : []),
  ]);
  const entries: CodeEntry[] = [
    ...(on === null ? [] : [{ key: 'on', value: triggerCode(on) }]),
    ...(after === null || !all.some((other) => other.name === after)
      ? []
      : [{ key: 'gates', value: `[passed(${quoted(after)})]` }]),
    ...(own.length === 0 ? [] : [{ key: 'apps', value: own }]),
  ];
  return { key: name, value: entries, comment: `Assumed: ${environment.assumed}` };
}

/** A fly.toml for all environments has one name in it: that of the app that is there already. */
function liveName({ name, flyFiles }: FoundApp): CodeEntry[] {
  const live = flyFiles.find(({ file }) => file.environment === null)?.reading.settings.platformName;
  const comment = 'Assumed: what runs today is production.';
  return live === undefined ? [] : [{ key: name, value: `{ platformName: ${quoted(live)} }`, comment }];
}

function overrideCode(file: string, minMachinesRunning: number): string {
  return minMachinesRunning < 2
    ? `{ config: ${quoted(file)} }`
    : `{ config: ${quoted(file)}, instances: ${minMachinesRunning} }`;
}

function triggerCode(on: NonNullable<InitEnvironment['on']>): string {
  if (on.kind === 'push') return `push(${quoted(on.branch)})`;
  return on.kind === 'tag' ? `tag('v*')` : 'pullRequest()';
}

/** Files that stand where ours would are the user's, and stay so. */
function filesEntry(apps: readonly FoundApp[]): CodeEntry[] {
  const hasOwn = apps.some(({ flyFiles }) => flyFiles.some(({ file }) => file.environment !== null));
  if (!hasOwn) return [];
  const comment = 'The fly.toml files stay yours: none is written.';
  return [{ key: 'files', value: '{ fly: null }', comment }];
}

function importsOf(
  settings: readonly InitApp[],
  environments: readonly InitEnvironment[],
  project: Code,
): string[] {
  const text = codeText(project).replaceAll(/^ *\/\/.*$/gm, '');
  const called = ['external', 'flyPostgres', 'passed'].filter((name) => text.includes(`${name}(`));
  const triggers = environments.flatMap(({ on }) =>
    on === null ? [] : [on.kind === 'pull-request' ? 'pullRequest' : on.kind],
  );
  return [
    ...new Set(['defineProject', ...settings.flatMap(({ imports }) => imports), ...called, ...triggers]),
  ].sort();
}

function importLine(names: readonly string[]): string {
  const line = `import { ${names.join(', ')} } from 'glidepath';`;
  return line.length <= LINE_LENGTH_MAX
    ? line
    : `import {\n${names.map((name) => `  ${name},\n`).join('')}} from 'glidepath';`;
}

function ignoredOf(apps: readonly FoundApp[]): string[] {
  return readings(apps).flatMap((reading) =>
    reading.diagnostics
      .filter(({ message }) => message.includes(' is left out'))
      .map(({ message, location }) => `${reading.path}:${location?.line ?? 1}: ${message}`),
  );
}

/** What flyctl takes by itself. */
function bareFiles(apps: readonly FoundApp[]): string[] {
  return readings(apps)
    .filter(({ path }) => path === 'fly.toml')
    .map(
      ({ path }) =>
        `${path}: stays, so that a bare fly deploy still finds it; under another name it would not`,
    );
}

/** A release of Phoenix is built where its mix.exs is, and Glidepath builds in the folder of its config. */
function phoenixOf({ texts }: Repository, apps: readonly FoundApp[]): string[] {
  const served = new Set(apps.map(({ folder }) => folder));
  return [...texts.keys()]
    .filter((file) => posix.basename(file) === 'mix.exs' && folderOf(file) !== '')
    .filter((file) => !texts.has('mix.exs') && !served.has(folderOf(file)))
    .filter((file) => /\{:phoenix,/.test(texts.get(file) ?? ''))
    .map((file) => `${file}: a Phoenix app that is not at the root; give it a config in its own folder`);
}

/** GitHub workflows that deploy would do so beside Glidepath. */
function workflowsOf(repository: Repository): string[] {
  return repository.files
    .filter((file) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(file))
    .map((file) =>
      /\b(flyctl|fly|vercel)\s+deploy\b|superfly\/|amondnet\/vercel/.test(repository.texts.get(file) ?? '')
        ? `${file}: deploys by itself; take that out once Glidepath deploys`
        : `${file}: left as it is`,
    );
}
