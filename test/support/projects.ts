import type {
  ResolvedApp,
  ResolvedApproval,
  ResolvedCheck,
  ResolvedDatabase,
  ResolvedEnvironment,
  ResolvedFlyApp,
  ResolvedGithub,
  ResolvedMigration,
  ResolvedProject,
  ResolvedQuality,
  ResolvedVercelApp,
} from '../../src/config/resolved.ts';

const STACK = { name: 'node', build: ['npm run build'], include: ['dist'] } as const;

/** A migration that runs on a temporary machine. */
export function migration(command = 'node dist/migrate.js'): ResolvedMigration {
  const lock = { lockTimeoutMs: 2000, attempts: 5, blocksAtMostMs: 800 };
  return { command, runs: 'release-command', timeoutMs: 300_000, files: [], ...lock };
}

/** A Fly app with every setting at its default; what matters to a test is given. */
export function flyApp(name: string, settings: Partial<ResolvedFlyApp> = {}): ResolvedFlyApp {
  return {
    name,
    platformName: `shop-${name}`,
    stack: STACK,
    env: {},
    database: null,
    migrate: null,
    health: { path: '/health', intervalMs: 10_000, timeoutMs: 2000, gracePeriodMs: 5000, withinMs: 60_000 },
    platform: 'fly',
    org: 'shop',
    token: 'FLY_API_TOKEN',
    dockerfile: null,
    command: null,
    port: 8080,
    regions: [{ region: 'iad', count: 2 }],
    vm: { cpuKind: 'shared', cpus: 1, memoryMb: 256 },
    sleep: 'never',
    minMachinesRunning: 0,
    concurrency: { type: 'requests', softLimit: 200, hardLimit: null },
    stop: { signal: 'SIGTERM', timeoutMs: 30_000 },
    strategy: 'rolling',
    maxUnavailable: 1,
    canary: { bakeMs: 60_000, maxErrorRate: 0.01, maxLatencyRatio: 1.5, minRequests: 20 },
    hardened: false,
    build: { target: null, args: {}, secrets: [] },
    volume: null,
    domains: [],
    flyToml: null,
    ...settings,
  };
}

/** A worker: no port, no health, one machine. */
export function worker(name: string, settings: Partial<ResolvedFlyApp> = {}): ResolvedFlyApp {
  return flyApp(name, { port: null, health: null, regions: [{ region: 'iad', count: 1 }], ...settings });
}

/** A Vercel app. */
export function vercelApp(name: string, settings: Partial<ResolvedVercelApp> = {}): ResolvedVercelApp {
  return {
    name,
    platformName: `shop-${name}`,
    stack: { ...STACK, name: 'nextjs' },
    env: {},
    database: null,
    migrate: null,
    health: {
      path: '/api/health',
      intervalMs: 10_000,
      timeoutMs: 2000,
      gracePeriodMs: 5000,
      withinMs: 60_000,
    },
    platform: 'vercel',
    framework: 'nextjs',
    token: 'VERCEL_TOKEN',
    orgId: 'team_shop',
    projectId: 'prj_shop',
    target: 'production',
    ...settings,
  };
}

/** A Fly Postgres database. */
export function database(name: string, settings: Partial<ResolvedDatabase> = {}): ResolvedDatabase {
  return {
    name,
    provider: 'fly-postgres',
    secret: 'DATABASE_URL',
    platformName: `shop-${name}-db`,
    project: null,
    org: 'shop',
    token: 'FLY_API_TOKEN',
    region: 'iad',
    memoryMb: 1024,
    sleep: 'never',
    ephemeral: false,
    migrate: null,
    seed: null,
    restorePoints: null,
    fly: { managed: false, plan: 'basic', volumeGb: 1, version: 17 },
    neon: null,
    directSecret: null,
    ...settings,
  };
}

/** A standing environment that may be deployed by hand too; without `deployOrder` all its apps are one wave. */
export function environment(
  name: string,
  settings: Partial<ResolvedEnvironment> & { apps: readonly ResolvedApp[] },
): ResolvedEnvironment {
  const isStanding = (settings.kind ?? 'standing') === 'standing';
  return {
    name,
    kind: 'standing',
    gates: [],
    migratesAfter: null,
    deployOrder: [settings.apps.map((app) => app.name)],
    databases: [],
    healthUrls: null,
    smoke: null,
    rollback: 'automatic',
    expiresAfterMs: null,
    ...settings,
    on: [...(settings.on ?? []), ...(isStanding ? [{ kind: 'manual' } as const] : [])],
  };
}

/** A check without needs that says its name; what matters to a test is given. */
export function resolvedCheck(name: string, settings: Partial<ResolvedCheck> = {}): ResolvedCheck {
  return {
    name,
    command: `echo ${name}`,
    needs: [],
    directory: '',
    inputs: ['**'],
    outputs: [],
    leaves: [],
    services: [],
    fast: true,
    prepares: false,
    isCached: true,
    timeoutMs: 60_000,
    retries: 0,
    weight: 1,
    where: 'host',
    network: false,
    env: [],
    reports: { junit: [], coverage: [], sarif: [], sbom: [] },
    ...settings,
  };
}

/** A required approval by anybody who may write, with every setting at its default. */
export function approvalGate(settings: Partial<ResolvedApproval> = {}): ResolvedApproval {
  return {
    kind: 'approval',
    optional: false,
    by: 'comment',
    approvers: [],
    expiresAfterMs: 86_400_000,
    excludesInitiator: false,
    ...settings,
  };
}

/** A quality gate that asks for no figures. */
export function qualityGate(settings: Partial<ResolvedQuality> = {}): ResolvedQuality {
  return {
    kind: 'quality',
    coverage: null,
    changeCoverage: null,
    failOn: 'high',
    allowsFlaky: true,
    ...settings,
  };
}

/** What is said of GitHub, with every setting at its default. */
export function github(settings: Partial<ResolvedGithub> = {}): ResolvedGithub {
  return {
    repository: 'acme/shop',
    mainBranch: 'main',
    workflows: false,
    runner: 'ubuntu-24.04',
    node: 24,
    elixir: null,
    install: 'npm ci',
    actions: {},
    codeScanning: false,
    dependabot: true,
    ...settings,
  };
}

/** A project of those environments. */
export function project(
  environments: readonly ResolvedEnvironment[],
  settings: Partial<ResolvedProject> = {},
): ResolvedProject {
  return {
    name: 'shop',
    repository: 'acme/shop',
    mainBranch: 'main',
    github: github(),
    release: null,
    checks: [],
    ciSkip: [],
    cache: { maxBytes: 5_000_000_000, remote: null, trust: [] },
    checkContainer: null,
    security: { failOn: 'high', exceptions: [], advisories: null, licences: null },
    files: { fly: null, dockerfile: null, runbook: null },
    environments,
    ...settings,
  };
}

/** api (with the database and its migration) before web and a worker; staging, then production; a review environment. */
export function shop(): ResolvedProject {
  const api = flyApp('api', { database: 'main', migrate: migration() });
  const web = flyApp('web', { database: 'main', regions: [{ region: 'iad', count: 1 }] });
  const apps = [api, web, worker('mailer')];
  const deployOrder = [['api'], ['web', 'mailer']];
  return project([
    environment('staging', {
      apps,
      deployOrder,
      databases: [database('main')],
      on: [{ kind: 'push', branch: 'main' }],
    }),
    environment('production', {
      apps,
      deployOrder,
      databases: [database('main')],
      on: [{ kind: 'tag', pattern: 'v*' }],
      gates: [{ kind: 'passed', environment: 'staging' }],
    }),
    environment('review', {
      kind: 'review',
      apps: apps.map((app) => ({ ...app, platformName: `${app.platformName}-pr-{pr}` })),
      deployOrder,
      databases: [database('main', { platformName: 'shop-pr-{pr}-db', ephemeral: true })],
      on: [{ kind: 'pull-request' }],
      expiresAfterMs: 7 * 24 * 60 * 60_000,
    }),
  ]);
}
