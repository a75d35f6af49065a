import {
  approval,
  check,
  checks,
  defineProject,
  flyApp,
  flyPostgres,
  manual,
  phoenix,
  postgres,
  push,
  quality,
  secret,
} from 'glidepath';

// One Phoenix app on Fly: a push to main goes to production behind a quality gate, and is checked on two domains.
export default defineProject({
  name: 'gatherly',
  github: { repository: 'gatherly/gatherly', mainBranch: 'main' },
  databases: { main: flyPostgres({ memory: '1gb', secret: 'DATABASE_URL' }) },
  apps: {
    web: flyApp({
      stack: phoenix(),
      port: 8080,
      health: { path: '/' },
      vm: { cpuKind: 'shared', cpus: 1, memory: '1gb' },
      env: { PORT: '8080', SECRET_KEY_BASE: secret('SECRET_KEY_BASE') },
      database: 'main',
      migrate: { command: '/app/bin/migrate', runs: 'release-command' },
    }),
  },
  environments: {
    production: {
      on: [push('main'), manual()],
      fly: { org: 'personal', token: 'FLY_API_TOKEN' },
      platformName: 'gatherly',
      regions: ['sjc'],
      sleep: 'when-idle',
      env: { PHX_HOST: 'gatherly.example' },
      apps: { web: { domains: ['gatherly.example'] } },
      gates: [checks(), quality(), approval({ optional: true })],
      health: {
        urls: ['https://gatherly.fly.dev/', 'https://gatherly.example/'],
        within: '45s',
        tolerate: 'dns',
      },
      rollback: 'automatic',
    },
  },
  ci: {
    checks: {
      deps: check('mix deps.get'),
      quality: check('mix format --check-formatted && mix credo --strict && mix dialyzer', {
        needs: ['deps'],
      }),
      security: check('mix deps.audit && mix hex.audit', { needs: ['deps'], fast: false }),
      test: check('mix test --cover', { needs: ['deps'], services: [postgres()] }),
      build: check('MIX_ENV=prod mix do compile + assets.deploy + release --overwrite', {
        needs: ['quality', 'security', 'test'],
        fast: false,
        // What it builds is what `export` packs.
        outputs: ['_build/prod/rel'],
      }),
      export: check('tar -czf gatherly.tar.gz -C _build/prod/rel gatherly', {
        needs: ['build'],
        fast: false,
        outputs: ['gatherly.tar.gz'],
      }),
    },
    skip: ['docs/**', '**/*.md'],
  },
  files: { fly: 'fly.toml' },
});
