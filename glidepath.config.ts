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
      lint: check('npm run lint', { weight: 2 }),
      types: check('npm run types', {
        inputs: ['{src,test,bench,scripts,examples}/**', '*.ts', 'tsconfig*.json'],
      }),
      unused: check('npm run knip', {
        inputs: ['{bin,src,test,bench,scripts,examples}/**', '*.ts', 'knip.json'],
      }),
      generated: check('npm run generated'),
      unit: check(tests('unit'), { weight: 2, reports: { junit: ['.glidepath/reports/unit.xml'] } }),
      contract: check(tests('contract'), {
        needs: ['unit'],
        timeout: '30m',
        weight: 2,
        reports: { junit: ['.glidepath/reports/contract.xml'] },
      }),
      e2e: check(tests('e2e'), {
        needs: ['unit'],
        timeout: '30m',
        weight: 2,
        reports: { junit: ['.glidepath/reports/e2e.xml'] },
      }),
      // It builds, as e2e does: never both at the same time.
      demo: check('npm run demo', { needs: ['e2e'], weight: 2 }),
      package: check('npm pack', { needs: ['contract', 'e2e'], outputs: ['glidepath-*.tgz'], fast: false }),
    },
    security: {
      exceptions: [
        {
          id: 'secret-database-connection-string',
          in: 'src/providers/postgres/postgres-url.test.ts',
          reason: 'an address that was made up for the test of reading addresses',
          expires: '2027-11-30',
        },
      ],
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

/** One kind of test, with a report beside what one reads. */
function tests(kind: 'unit' | 'contract' | 'e2e'): string {
  return `npm run ${kind} -- --reporter=default --reporter=junit --outputFile.junit=.glidepath/reports/${kind}.xml`;
}
