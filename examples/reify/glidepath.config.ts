import {
  check,
  defineProject,
  flyApp,
  flyPostgres,
  passed,
  phoenix,
  postgres,
  pullRequest,
  push,
  secret,
  secretScan,
  tag,
} from 'glidepath';

// Phoenix on Fly in three organizations: main goes to staging, tags go to production, and each pull request gets a
// review app with a database of its own.
export default defineProject({
  name: 'reify',
  github: { repository: 'reify/reify', mainBranch: 'main' },
  databases: { main: flyPostgres({ memory: '1gb', secret: 'DATABASE_URL' }) },
  apps: {
    web: flyApp({
      stack: phoenix(),
      port: 8080,
      health: { path: '/health' },
      vm: { size: 'shared-cpu-1x', memory: '1gb' },
      env: { SECRET_KEY_BASE: secret('SECRET_KEY_BASE') },
      database: 'main',
      migrate: { command: '/app/bin/migrate', runs: 'release-command' },
    }),
  },
  environments: {
    staging: {
      on: push('main'),
      fly: { org: 'reify-staging', token: 'FLY_API_TOKEN_STAGING' },
      regions: ['iad'],
      sleep: 'when-idle',
      env: { PHX_HOST: 'reify-staging.fly.dev' },
      databases: { main: { sleep: 'when-idle' } },
    },
    production: {
      on: tag('v*'),
      fly: { org: 'reify-production', token: 'FLY_API_TOKEN_PRODUCTION' },
      platformName: 'reify',
      regions: { iad: 1, sjc: 1 },
      sleep: 'never',
      gates: [passed('staging')],
      env: { PHX_HOST: 'reify.fly.dev' },
    },
    review: {
      on: pullRequest(),
      fly: { org: 'personal', token: 'FLY_API_TOKEN_PERSONAL' },
      regions: ['iad'],
      sleep: 'when-idle',
      env: { PHX_HOST: 'reify-pr-{pr}.fly.dev' },
      apps: { web: { migrate: { command: '/app/bin/migrate_and_seed' } } },
      expires: '7d',
      databases: { main: 'ephemeral' },
    },
  },
  ci: {
    checks: {
      deps: check('mix deps.get'),
      // Beside each other: lint compiles for dev, test for test.
      lint: check('mix compile --warnings-as-errors && mix format --check-formatted', { needs: ['deps'] }),
      test: check('mix test', { needs: ['deps'], services: [postgres()], weight: 2 }),
      secrets: secretScan(),
    },
  },
  // No bare fly.toml, so that a bare `fly deploy` has nothing to deploy.
  files: { fly: 'fly.{environment}.toml' },
});
