import {
  audit,
  check,
  defineProject,
  dockerfileScan,
  flyApp,
  flyPostgres,
  imageScan,
  manual,
  node,
  passed,
  publicUrlOf,
  push,
  secretScan,
  urlOf,
} from 'glidepath';

const stack = node({
  build: ['node scripts/build.ts'],
  include: ['dist', 'migrations', 'package.json'],
});

// What the three services have in common.
const service = {
  stack,
  port: 8080,
  health: { path: '/health', interval: '1s', within: '8s' },
  stop: { signal: 'SIGTERM', timeout: '10s' },
} as const;

// What node's own test runner says for people, and in files for the reports.
const tests = [
  'mkdir -p .glidepath/reports &&',
  'node --test --experimental-test-coverage "--test-coverage-exclude=test/**"',
  '--test-reporter=spec --test-reporter-destination=stdout',
  '--test-reporter=junit --test-reporter-destination=.glidepath/reports/test.xml',
  '--test-reporter=lcov --test-reporter-destination=.glidepath/reports/test.lcov',
  '"test/**/*.test.ts"',
].join(' ');

// Three services in TypeScript on one Postgres: branch staging goes to staging, branch production to production.
export default defineProject({
  name: 'microbima',
  github: { repository: 'microbima/microbima', mainBranch: 'development' },
  databases: { main: flyPostgres({ secret: 'DATABASE_URL' }) },
  apps: {
    'internal-api': flyApp({
      ...service,
      command: ['node', 'dist/internal-api.js'],
      database: 'main',
      migrate: { command: 'node dist/migrate.js', runs: 'release-command' },
    }),
    'web-admin': flyApp({
      ...service,
      command: ['node', 'dist/web-admin.js'],
      database: 'main',
      env: { INTERNAL_API_URL: urlOf('internal-api') },
    }),
    'public-api': flyApp({
      ...service,
      command: ['node', 'dist/public-api.js'],
      database: 'main',
      env: { INTERNAL_API_URL: urlOf('internal-api') },
    }),
  },
  order: [['internal-api'], ['web-admin', 'public-api']],
  smoke: {
    command: 'node scripts/smoke.ts',
    within: '30s',
    env: { PUBLIC_API_URL: publicUrlOf('public-api'), WEB_ADMIN_URL: publicUrlOf('web-admin') },
  },
  environments: {
    staging: {
      on: [push('staging'), manual()],
      fly: { org: 'microbima-staging', token: 'FLY_API_TOKEN_STAGING' },
      regions: ['iad'],
      sleep: 'never',
      env: { LOG_LEVEL: 'debug', SENTRY_TRACES_SAMPLE_RATE: '0.1' },
      vm: { cpus: 1, memory: '512mb' },
    },
    production: {
      on: push('production'),
      fly: { org: 'microbima-production', token: 'FLY_API_TOKEN_PRODUCTION' },
      regions: { iad: 2 },
      sleep: 'never',
      gates: [passed('staging')],
      env: { LOG_LEVEL: 'info', SENTRY_TRACES_SAMPLE_RATE: '0.01' },
      vm: { cpus: 2, memory: '1gb' },
      hardened: true,
    },
  },
  // What they import is there already: installed by hand, and in a job by github.install.
  ci: {
    checks: {
      test: check(tests, {
        inputs: ['{src,test,migrations}/**'],
        reports: { junit: ['.glidepath/reports/test.xml'], coverage: ['.glidepath/reports/test.lcov'] },
      }),
      build: check('node scripts/build.ts', {
        inputs: ['{src,migrations}/**', 'scripts/build.ts'],
        outputs: ['dist'],
      }),
      dockerfiles: dockerfileScan({ inputs: ['infra/**', 'glidepath.config.ts'] }),
      secrets: secretScan(),
      audit: audit(),
      images: imageScan({ needs: ['build'] }),
    },
    skip: ['docs/**', '**/*.md'],
  },
  files: {
    fly: 'infra/fly/{app}/{environment}/fly.toml',
    dockerfile: 'infra/fly/{app}/{environment}/Dockerfile',
  },
});
