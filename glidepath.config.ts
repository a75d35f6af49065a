import { check, defineProject, tag } from 'glidepath';

// Glidepath checks and publishes itself: what a pull request must pass, and what a tag publishes.
export default defineProject({
  name: 'glidepath',
  github: {
    repository: 'glidepath/glidepath',
    mainBranch: 'main',
    // The command that jobs call is the one of this very commit, so that it has to be built first.
    install: 'npm ci && npm run build',
  },
  apps: {},
  environments: {},
  ci: {
    checks: {
      format: check('npm run format:check'),
      lint: check('npm run lint'),
      types: check('npm run types'),
      unused: check('npm run knip'),
      generated: check('npm run generated'),
      unit: check('npm run unit'),
      contract: check('npm run contract', { needs: ['unit'], timeout: '30m' }),
      e2e: check('npm run e2e', { needs: ['unit'], timeout: '30m' }),
      demo: check('npm run demo', { needs: ['unit'] }),
      package: check('npm pack', { needs: ['contract', 'e2e'], outputs: ['glidepath-*.tgz'], fast: false }),
    },
    release: {
      on: tag('v*'),
      check: 'package',
      // By a trusted publisher: npm believes this GitHub workflow, and no token is kept.
      command: 'npm publish glidepath-*.tgz --provenance --access public',
      environment: 'release',
      permissions: ['id-token'],
    },
  },
  files: { fly: null, runbook: null },
});
