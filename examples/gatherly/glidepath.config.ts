import {
  approval,
  check,
  checks,
  defineProject,
  flyApp,
  flyPostgres,
  githubCache,
  manual,
  phoenix,
  postgres,
  push,
  quality,
  sbom,
  secret,
  secretScan,
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
    // deps → quality ∥ security ∥ test → build → export. What takes long is left out by --fast.
    checks: {
      deps: check('mix deps.get'),
      // What Dialyzer knows of the dependencies: the same until one of them is another version.
      plt: check('MIX_BUILD_PATH=_build/dialyzer mix dialyzer --plt', {
        needs: ['deps'],
        inputs: ['mix.exs'],
        outputs: ['_build/dialyzer/*.plt', '_build/dialyzer/*.plt.hash'],
        fast: false,
      }),
      quality: check(
        'mix format --check-formatted && mix compile --warnings-as-errors && mix credo --strict',
        { needs: ['deps'], weight: 2 },
      ),
      dialyzer: check('MIX_BUILD_PATH=_build/dialyzer mix dialyzer', {
        needs: ['plt'],
        inputs: ['{lib,config,priv}/**', 'mix.exs'],
        fast: false,
        weight: 2,
      }),
      // Asked anew each time: what is known of a package changes without a commit.
      security: check('mix deps.audit && mix hex.audit', { needs: ['deps'], fast: false, cache: false }),
      secrets: secretScan(),
      sbom: sbom({ needs: ['deps'] }),
      test: check('mix coveralls.lcov', {
        needs: ['deps'],
        services: [postgres()],
        env: ['MIX_TEST_PARTITION'],
        retries: 1,
        weight: 2,
        reports: {
          junit: ['_build/test/lib/gatherly/test-junit-report.xml'],
          coverage: ['cover/lcov.info'],
        },
      }),
      build: check('MIX_ENV=prod mix do compile + assets.deploy + release --overwrite', {
        needs: ['quality', 'security', 'test'],
        outputs: ['_build/prod/rel'],
        fast: false,
        weight: 2,
      }),
      export: check('tar -czf gatherly.tar.gz -C _build/prod/rel gatherly', {
        needs: ['build'],
        // What it packs is what build made.
        inputs: ['mix.exs'],
        outputs: ['gatherly.tar.gz'],
        fast: false,
      }),
    },
    // Jobs find what earlier jobs of main, or of the same pull request, have made: what Dialyzer knows, the build.
    cache: { remote: githubCache() },
    skip: ['docs/**', '**/*.md'],
    security: { failOn: 'high' },
  },
  files: { fly: 'fly.toml' },
});
