import { posix } from 'node:path';
import { listed, quoted, type Code, type CodeEntry } from './code.ts';
import type { FoundApp } from './find-apps.ts';
import { foundInstall, type FoundInstall } from './found-install.ts';
import { nodeManifest } from './node-manifest.ts';
import { scriptsEntry } from './init-scripts.ts';
import type { Repository } from './repository.ts';

/** Where an app listens when nothing says so: as `fly launch` sets it up. */
const PORT = 8080;

/** Packages that run checks of a Phoenix project. */
const PHOENIX_TOOLS = ['credo', 'dialyxir', 'mix_audit'] as const;

/** As Next.js itself has it. */
const NEXT_PORT = 3000;

/** How next.config says that its build is a server. */
const STANDALONE = /\boutput\s*:\s*['"]standalone['"]/;

/** Words in the names of packages that speak to Postgres. */
const POSTGRES =
  /^(pg|postgres|postgres\.js|prisma|@prisma\/client|drizzle-orm|typeorm|sequelize|knex|kysely)$/;

/** An app of the config, as it is to be written, with what was guessed. */
export interface InitApp {
  readonly name: string;
  readonly code: Code;
  /** Functions of glidepath that the code calls. */
  readonly imports: readonly string[];
  readonly hasDatabase: boolean;
  readonly assumed: readonly string[];
}

/** The setting of an app. What is imported from a fly.toml is not written a second time. */
export function initApp(repository: Repository, app: FoundApp): InitApp {
  const stack = stackCode(repository, app);
  if (app.platform === 'vercel') return vercelApp(repository, app, stack);
  const shared = app.flyFiles.find(({ file }) => file.environment === null);
  const settings = (shared ?? app.flyFiles[0])?.reading.settings ?? {};
  const isImported = app.flyFiles.length > 0;
  const hasPort = isImported ? settings.port !== null : true;
  const database = usesDatabase(repository, app);
  const assumed: string[] = [];
  const assume = (text: string): string => {
    assumed.push(`${app.name}: ${text}`);
    return `Assumed: ${text}`;
  };
  const entries: CodeEntry[] = [
    ...(shared === undefined
      ? []
      : [{ key: 'config', value: quoted(shared.file.path), comment: 'What is written here holds over it.' }]),
    { key: 'stack', value: stack.code },
    ...(app.dockerfile === null ? [] : [{ key: 'dockerfile', value: quoted(app.dockerfile) }]),
    // A Dockerfile says by itself how its image is started.
    ...(app.dockerfile === null && settings.dockerfile === undefined && settings.command === undefined
      ? commandEntry(repository, app)
      : []),
    ...(isImported || !needsPort(app)
      ? []
      : [
          {
            key: 'port',
            value: portOf(repository, app),
            comment: assume(`it listens on $PORT, ${portOf(repository, app)}`),
          },
        ]),
    ...(hasPort && settings.health === undefined && !hasHealthOfStack(app)
      ? [{ key: 'health', value: `{ path: '/' }`, comment: assume('/ answers 2xx when it is healthy') }]
      : []),
    ...instancesEntry(settings.minMachinesRunning ?? 0),
    ...secretsEntry(app, isImported),
    ...(database ? [{ key: 'database', value: quoted('main') }] : []),
    ...migrationEntry(repository, app, { database, isWritten: settings.migrate !== undefined }, assume),
  ];
  return {
    name: app.name,
    code: { call: 'flyApp', entries },
    imports: ['flyApp', ...stack.imports, ...(entries.some(({ key }) => key === 'env') ? ['secret'] : [])],
    hasDatabase: database,
    assumed: [...standaloneToDo(repository, app), ...assumed],
  };
}

/** What Next.js has to be told so that its build is a server, where it is not and no Dockerfile says how. */
function standaloneToDo(repository: Repository, app: FoundApp): string[] {
  if (app.kind !== 'nextjs' || app.dockerfile !== null || app.flyFiles.length > 0) return [];
  const [evidence = ''] = app.evidence;
  const config = evidence.endsWith('package.json') ? posix.join(app.folder, 'next.config.mjs') : evidence;
  if (STANDALONE.test(repository.texts.get(config) ?? '')) return [];
  return [`${app.name}: it runs on Fly as a server; for that, set output: 'standalone' in ${config}`];
}

function vercelApp(repository: Repository, app: FoundApp, stack: StackCode): InitApp {
  const database = usesDatabase(repository, app);
  return {
    name: app.name,
    code: {
      call: 'vercelApp',
      entries: [
        { key: 'framework', value: quoted('nextjs') },
        { key: 'stack', value: stack.code },
        ...(database ? [{ key: 'database', value: quoted('main') }] : []),
      ],
    },
    imports: ['vercelApp', ...stack.imports],
    hasDatabase: database,
    assumed: [`${app.name}: Next.js goes to Vercel, as ${app.evidence.at(-1)} says`],
  };
}

interface StackCode {
  readonly code: Code;
  readonly imports: readonly string[];
}

function stackCode(repository: Repository, app: FoundApp): StackCode {
  if (app.kind === 'generic') return { code: 'generic()', imports: ['generic'] };
  if (app.kind === 'phoenix') return { code: phoenixCode(repository, app), imports: ['phoenix'] };
  const install = foundInstall(repository);
  const call = isStandalone(app) ? 'node' : app.kind;
  const entries = installEntries(install);
  const scripts = nodeManifest(repository, app.folder)?.scripts ?? {};
  if (app.folder !== '') entries.push(...workspaceEntries(app, install, scripts));
  else if (app.kind === 'node' && scripts['build'] === undefined) {
    entries.push(
      { key: 'build', value: listed([install.command]) },
      { key: 'include', value: listed(['.']) },
    );
  } else if (app.kind === 'node') {
    entries.push({ key: 'include', value: listed(['dist', 'node_modules', 'package.json']) });
  }
  // What a service of a workspace makes of itself is not known.
  const checks = scriptsEntry(call, scripts, app.folder === '' || call === 'nextjs');
  if (app.folder !== '' && checks.value !== '{}')
    entries.push({ key: 'directory', value: quoted(app.folder) });
  entries.push(checks);
  return { code: { call, entries }, imports: [call] };
}

/** Checks of packages that mix.exs does not have would fail. */
function phoenixCode(repository: Repository, app: FoundApp): Code {
  const text = mixText(repository, app);
  const tools = PHOENIX_TOOLS.filter((tool) => new RegExp(`\\{\\s*:${tool}\\b`).test(text));
  if (tools.length === PHOENIX_TOOLS.length) return 'phoenix()';
  const comment = 'Of credo, dialyxir and mix_audit, those that mix.exs has.';
  return { call: 'phoenix', entries: [{ key: 'tools', value: listed(tools), comment }] };
}

function installEntries({ manager, command, isSpecial, unlocked }: FoundInstall): CodeEntry[] {
  const comment =
    unlocked === null ? undefined : `Assumed: ${unlocked.because}, so builds install the newest versions.`;
  return [
    ...(manager === 'npm' ? [] : [{ key: 'packageManager', value: quoted(manager) }]),
    ...(isSpecial ? [{ key: 'install', value: quoted(command), comment }] : []),
  ];
}

/** Commands run in the root of the repository, where the lock file is. */
function workspaceEntries(
  app: FoundApp,
  { manager, command }: FoundInstall,
  scripts: Readonly<Record<string, string>>,
): CodeEntry[] {
  const { folder, kind } = app;
  const builds = {
    npm: `npm run build --workspace ${folder}`,
    pnpm: `pnpm --filter ./${folder} build`,
    yarn: `yarn --cwd ${folder} build`,
  }[manager];
  const build = scripts['build'] === undefined ? [command] : [command, builds];
  const include = isStandalone(app)
    ? [`${folder}/.next/standalone`]
    : kind === 'nextjs'
      ? [`${folder}/.next`, `${folder}/public`]
      : [folder, 'node_modules', 'package.json'];
  return [
    { key: 'build', value: listed([...build, ...(isStandalone(app) ? standaloneCopies(folder) : [])]) },
    { key: 'include', value: listed(include) },
  ];
}

/** The server that Next.js makes of a package: below it lies the repository again, as far as it is needed. */
function isStandalone({ folder, kind, platform, dockerfile }: FoundApp): boolean {
  return kind === 'nextjs' && platform === 'fly' && folder !== '' && dockerfile === null;
}

/** What the server serves itself is not copied by its build (nextjs.org/docs, output: standalone). */
function standaloneCopies(folder: string): string[] {
  const server = `${folder}/.next/standalone/${folder}`;
  return [
    `cp -R ${folder}/.next/static ${server}/.next/`,
    `mkdir -p ${folder}/public && cp -R ${folder}/public ${server}/`,
  ];
}

/** In a workspace nothing says which of its packages is meant. */
function commandEntry(repository: Repository, app: FoundApp): CodeEntry[] {
  const start = nodeManifest(repository, app.folder)?.scripts['start'];
  if (isStandalone(app)) {
    const server = `${app.folder}/.next/standalone/${app.folder}/server.js`;
    return [{ key: 'command', value: listed(['node', server]) }];
  }
  if (app.folder === '' || start === undefined) return [];
  return [{ key: 'command', value: listed(['/bin/sh', '-c', `cd ${app.folder} && exec ${start}`]) }];
}

function needsPort(app: FoundApp): boolean {
  return app.kind === 'node' || app.kind === 'generic' || isStandalone(app);
}

function hasHealthOfStack(app: FoundApp): boolean {
  return app.kind === 'phoenix' || (app.kind === 'nextjs' && !isStandalone(app));
}

/** What a Dockerfile exposes. */
function portOf(repository: Repository, app: FoundApp): string {
  if (isStandalone(app)) return String(NEXT_PORT);
  const text = app.dockerfile === null ? undefined : repository.texts.get(app.dockerfile);
  return /^EXPOSE\s+(\d+)/im.exec(text ?? '')?.[1] ?? String(PORT);
}

/** fly.toml says how many stay awake, and not how many there are. */
function instancesEntry(minMachinesRunning: number): CodeEntry[] {
  if (minMachinesRunning < 2) return [];
  return [{ key: 'instances', value: String(minMachinesRunning), comment: 'As many as never sleep.' }];
}

/** Of an app that runs already, Fly has the secrets. */
function secretsEntry(app: FoundApp, isImported: boolean): CodeEntry[] {
  if (app.kind !== 'phoenix' || isImported) return [];
  return [{ key: 'env', value: [{ key: 'SECRET_KEY_BASE', value: `secret('SECRET_KEY_BASE')` }] }];
}

function usesDatabase(repository: Repository, app: FoundApp): boolean {
  if (app.flyFiles.some(({ reading }) => reading.settings.migrate !== undefined)) return true;
  if (app.kind === 'phoenix') return mixText(repository, app).includes(':postgrex');
  return nodeManifest(repository, app.folder)?.dependencies.some((name) => POSTGRES.test(name)) ?? false;
}

function migrationEntry(
  repository: Repository,
  app: FoundApp,
  { database, isWritten }: { readonly database: boolean; readonly isWritten: boolean },
  assume: (text: string) => string,
): CodeEntry[] {
  if (isWritten || !database || app.kind !== 'phoenix') return [];
  const script = posix.join(app.folder, 'rel/overlays/bin/migrate');
  if (repository.files.includes(script))
    return [{ key: 'migrate', value: `{ command: '/app/bin/migrate' }` }];
  const comment = assume('mix phx.gen.release makes /app/bin/migrate');
  return [{ key: 'migrate', value: `{ command: '/app/bin/migrate' }`, comment }];
}

function mixText(repository: Repository, { folder }: FoundApp): string {
  return repository.texts.get(posix.join(folder, 'mix.exs')) ?? '';
}
