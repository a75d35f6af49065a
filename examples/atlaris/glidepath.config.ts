import {
  audit,
  check,
  checks,
  complexity,
  databaseUrlOf,
  defineProject,
  duplication,
  flyApp,
  generic,
  githubCache,
  licences,
  neon,
  nextjs,
  passed,
  postgres,
  publicUrlOf,
  push,
  secret,
  secretScan,
  vercelApp,
} from 'glidepath';

// Both workers come from one Dockerfile; the command says which of them runs.
const workerStack = generic({
  build: ['pnpm install --frozen-lockfile', 'pnpm build:workers'],
  include: ['dist', 'node_modules', 'package.json'],
});

// Next.js on Vercel, two workers on Fly, one Neon branch per environment: main goes to staging, prod to production.
export default defineProject({
  name: 'atlaris',
  github: { repository: 'atlaris/atlaris', mainBranch: 'main', codeScanning: true },
  databases: {
    main: neon({
      project: 'atlaris',
      branches: { staging: 'staging', production: 'production', test: 'test' },
      migrate: 'pnpm db:migrate',
    }),
  },
  apps: {
    web: vercelApp({
      framework: 'nextjs',
      stack: nextjs({ packageManager: 'pnpm' }),
      health: { path: '/' },
      database: 'main',
    }),
    worker: flyApp({
      stack: workerStack,
      dockerfile: 'Dockerfile.worker',
      command: ['node', 'dist/workers/index.js'],
      vm: { size: 'shared-cpu-1x', memory: '256mb' },
      stop: { signal: 'SIGTERM', timeout: '30s' },
      platformName: '{project}-worker-{environment}',
      env: { NODE_ENV: 'production' },
      database: 'main',
    }),
    regenerator: flyApp({
      stack: workerStack,
      dockerfile: 'Dockerfile.worker',
      command: ['node', 'dist/workers/plan-regenerator.js'],
      vm: { size: 'shared-cpu-1x', memory: '256mb' },
      stop: { signal: 'SIGTERM', timeout: '30s' },
      platformName: '{project}-worker-regenerator-{environment}',
      env: { NODE_ENV: 'production' },
      database: 'main',
    }),
  },
  // One instance each: the web's successor starts beside it, without a gap; a worker pauses while it is replaced.
  order: [['worker', 'regenerator'], ['web']],
  smoke: {
    command: 'pnpm vitest run tests/smoke/plan-generation.smoke.ts',
    within: '90s',
    env: {
      SMOKE_TEST_API_URL: publicUrlOf('web'),
      SMOKE_TEST_DATABASE_URL: databaseUrlOf('main'),
      SMOKE_TEST_API_KEY: secret('SMOKE_TEST_API_KEY'),
    },
  },
  environments: {
    staging: { on: push('main'), gates: [checks()] },
    production: {
      on: push('prod'),
      gates: [checks(), passed('staging')],
      apps: {
        worker: { platformName: 'atlaris-worker-prod' },
        regenerator: { platformName: 'atlaris-worker-regenerator-prod' },
      },
    },
    test: { kind: 'test' },
  },
  ci: {
    // A pull request and main have the same set; --fast is what one waits for on a laptop.
    checks: {
      install: check('pnpm install --frozen-lockfile'),
      lint: check('pnpm lint', { needs: ['install'] }),
      types: check('pnpm type-check', { needs: ['install'] }),
      unit: check('pnpm test:unit', {
        needs: ['install'],
        weight: 2,
        reports: { junit: ['reports/unit.xml'], coverage: ['coverage/unit/lcov.info'] },
      }),
      integration: check('pnpm test:integration', {
        needs: ['install'],
        services: [postgres()],
        fast: false,
        retries: 1,
        weight: 2,
        reports: { junit: ['reports/integration.xml'], coverage: ['coverage/integration/lcov.info'] },
      }),
      build: check('pnpm build', {
        needs: ['lint', 'types'],
        fast: false,
        weight: 2,
        outputs: ['.next', '!.next/cache'],
      }),
      e2e: check('pnpm test:e2e', {
        needs: ['build'],
        services: [postgres()],
        fast: false,
        retries: 2,
        timeout: '45m',
        weight: 2,
        reports: { junit: ['reports/e2e.xml'] },
      }),
      audit: audit(),
      secrets: secretScan(),
      licences: licences({ needs: ['install'] }),
      complexity: complexity({ max: 15, paths: ['src'], needs: ['install'] }),
      duplication: duplication({ maxPercent: 3, paths: ['src'], needs: ['install'] }),
    },
    skip: ['docs/**', '**/*.md'],
    // Jobs find what earlier jobs of main, or of the same pull request, have made.
    cache: { remote: githubCache() },
    security: {
      failOn: 'high',
      licences: ['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'CC0-1.0', 'Unlicense'],
    },
  },
  files: { fly: 'fly.{environment}.{app}.toml' },
});
