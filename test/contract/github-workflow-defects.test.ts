import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { gatherFiles } from '../../src/cli/workflows/gather-files.ts';
import { lintRepository } from '../../src/cli/workflows/lint-repository.ts';
import type { WorkflowFinding } from '../../src/workflows/finding.ts';

// Four repositories as people design them, with what does not work on the real platforms in each.

const CORPUS = fileURLToPath(new URL('../corpus/workflows', import.meta.url));
const REPOSITORIES = ['after-ci', 'calls-ci', 'workers-and-web', 'branches'] as const;

/** What is wrong, in which repository and file, on which line, and which rule says so. */
const DEFECTS: readonly (readonly [
  what: string,
  repository: (typeof REPOSITORIES)[number],
  rule: string,
  place: string,
])[] = [
  ['workflow_run has no tags', 'after-ci', 'workflow-run-tags', '.github/workflows/deploy-production.yml:6'],
  [
    'workflow_run deploys the tip of main',
    'after-ci',
    'workflow-run-checkout',
    '.github/workflows/deploy-production.yml:13',
  ],
  [
    'a rule for tags refuses what workflow_run starts',
    'after-ci',
    'environment-ref',
    '.github/workflows/deploy-production.yml:11',
  ],
  [
    'a fork with a branch called main starts it',
    'after-ci',
    'workflow-run-guard',
    '.github/workflows/deploy-staging.yml:8',
  ],
  [
    'workflow_run has the rights of the repository',
    'after-ci',
    'dangerous-triggers',
    '.github/workflows/deploy-staging.yml:3',
  ],
  ['a review app for forks', 'after-ci', 'review-fork-guard', '.github/workflows/review-app.yml:6'],
  [
    'a review app that closing makes again',
    'after-ci',
    'review-deploy-on-closed',
    '.github/workflows/review-app.yml:6',
  ],
  ['review apps that stay after a conflict', 'after-ci', 'review-leak', '.github/workflows/review-app.yml:3'],
  ['rollback is a new tag', 'after-ci', 'rollback-by-release', 'docs/deployment.md:7'],
  ['the image of the release before may be gone', 'after-ci', 'fly-image-gone', 'docs/deployment.md:10'],
  [
    'tests before a merge are a rule of the repository',
    'after-ci',
    'promised-merge-block',
    'docs/deployment.md:3',
  ],
  ['no check that stands for all', 'after-ci', 'no-aggregate-check', '.github/workflows/ci.yml:3'],
  ['a cache also for tags', 'after-ci', 'cache-poisoning', '.github/workflows/ci.yml:16'],
  ['an app with _ in its name', 'after-ci', 'fly-app-name', 'fly.production.toml:1'],
  ['an address with _ in it', 'after-ci', 'fly-app-name', 'docs/deployment.md:3'],
  ['an app with _ in a command', 'after-ci', 'fly-app-name', '.github/workflows/deploy-production.yml:17'],
  ['no permissions', 'after-ci', 'excessive-permissions', '.github/workflows/ci.yml:7'],
  ['no timeout', 'after-ci', 'missing-timeout', '.github/workflows/ci.yml:8'],
  ['no concurrency group', 'after-ci', 'unordered-deploys', '.github/workflows/deploy-staging.yml:8'],
  ['no pins', 'after-ci', 'unpinned-uses', '.github/workflows/deploy-staging.yml:12'],
  ['CI twice for every push', 'calls-ci', 'ci-runs-twice', '.github/workflows/deploy.yml:14'],
  ['a required check that stays pending', 'calls-ci', 'required-check-skipped', '.github/workflows/ci.yml:6'],
  ['leaving out CI leaves out the deployment', 'calls-ci', 'skipped-need', '.github/workflows/deploy.yml:16'],
  [
    'an approval that the plan may not have',
    'calls-ci',
    'environment-approval',
    '.github/workflows/deploy.yml:18',
  ],
  ['an approval that a document promises', 'calls-ci', 'promised-approval', 'docs/ci-cd.md:3'],
  ['an old run that is run again', 'calls-ci', 'stale-rerun', '.github/workflows/deploy.yml:21'],
  [
    'a deployment that waits for no check',
    'workers-and-web',
    'deploy-without-ci',
    '.github/workflows/deploy-staging.yml:6',
  ],
  [
    'checks looked for among statuses',
    'workers-and-web',
    'status-of-checks',
    '.github/workflows/deploy-production.yml:10',
  ],
  [
    'staging by the status of the tip of main',
    'workers-and-web',
    'staging-by-status',
    'docs/deployment.md:7',
  ],
  [
    'Vercel deploys the push by itself',
    'workers-and-web',
    'vercel-git-race',
    '.github/workflows/deploy-production.yml:19',
  ],
  [
    'a document in which Vercel waits for a migration',
    'workers-and-web',
    'promised-vercel-order',
    'docs/deployment.md:5',
  ],
  [
    'the URL of the database for any branch',
    'workers-and-web',
    'secrets-outside-env',
    '.github/workflows/deploy-production.yml:21',
  ],
  ['fly releases rollback', 'workers-and-web', 'fly-releases-rollback', 'scripts/rollback.sh:4'],
  [
    'one test database for all pull requests',
    'workers-and-web',
    'shared-test-database',
    '.github/workflows/ci.yml:12',
  ],
  [
    'a preview is built anew when it is promoted',
    'workers-and-web',
    'vercel-promotes-preview',
    'scripts/go-live.sh:5',
  ],
  [
    'live before anybody has looked',
    'workers-and-web',
    'vercel-live-unverified',
    '.github/workflows/deploy-production.yml:30',
  ],
  [
    'after a rollback nothing new goes live',
    'workers-and-web',
    'vercel-rollback-stays',
    'scripts/rollback.sh:5',
  ],
  ['a worker has five seconds', 'workers-and-web', 'fly-kill-timeout', 'fly.prod.worker.toml:1'],
  ['a document that relies on SIGTERM', 'workers-and-web', 'promised-drain', 'docs/deployment.md:4'],
  [
    'production by the push of a branch',
    'branches',
    'branch-per-environment',
    '.github/workflows/deploy.yml:4',
  ],
  ['a push by GITHUB_TOKEN starts nothing', 'branches', 'token-push', '.github/workflows/promote.yml:11'],
  ['--image-label names what is built', 'branches', 'fly-image-label', 'docs/operations.md:7'],
  ['a tag of any commit deploys', 'branches', 'tag-not-on-main', '.github/workflows/release.yml:4'],
  ['no way back but a new release', 'branches', 'no-rollback-path', '.github/workflows/release.yml:6'],
  ['a branch’s name in a script', 'branches', 'template-injection', '.github/workflows/deploy.yml:17'],
];

const found = new Map<string, readonly WorkflowFinding[]>();

beforeAll(async () => {
  for (const name of REPOSITORIES) {
    const root = `${CORPUS}/${name}`;
    const { reports } = await lintRepository(gatherFiles(root, root, []), { isPedantic: false });
    found.set(
      name,
      reports.flatMap(({ findings }) => findings),
    );
  }
});

describe('a design that does not work is found, with what to write instead:', () => {
  test.each(DEFECTS)('%s', (_, repository, rule, place) => {
    const [finding, ...others] = (found.get(repository) ?? []).filter(
      (each) => each.rule === rule && `${each.file}:${each.line}` === place,
    );
    const places = (found.get(repository) ?? [])
      .filter((each) => each.rule === rule)
      .map(({ file, line }) => `${file}:${line}`);
    expect(places).toContain(place);
    expect(others.length).toBeLessThan(3);
    expect(finding?.hint).toMatch(/\w{3}/);
    expect(finding?.page).toBe(`docs/reference/workflow-rules.md#${rule}`);
  });
});

test('most of them come with text to be copied', () => {
  const withCode = DEFECTS.filter(([, repository, rule]) =>
    (found.get(repository) ?? []).some((each) => each.rule === rule && each.code !== null),
  );
  expect(withCode.length).toBeGreaterThan(DEFECTS.length / 3);
});

test('a script that bash cannot read is found by bash, at its line', async () => {
  const { checkScripts } = await import('../../src/cli/workflows/check-scripts.ts');
  const text =
    'on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: |\n          make\n          if true; then\n';
  const { found: faults } = await checkScripts(spawn, [{ path: '.github/workflows/a.yml', text }]);
  expect(faults.map(({ found: { message } }) => message)).toEqual([
    expect.stringMatching(/^bash cannot read the script: syntax error/),
  ]);
});
