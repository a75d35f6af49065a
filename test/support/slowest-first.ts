import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take the longest, the slowest first. vitest knows times only of runs before on the same machine; in a fresh
 * clone it goes by size, and one of these would be alone at the end, with the other workers idle.
 */
const SLOWEST: readonly string[] = [
  'e2e/faults',
  'e2e/rehearse-github',
  'e2e/github-deployments',
  'e2e/sleep-and-scale',
  'e2e/cli-surface',
  'e2e/review',
  'e2e/quality',
  'e2e/migrations-flight',
  'e2e/deployment',
  'e2e/strategies',
  'e2e/readiness',
  'e2e/db-probe',
  'e2e/generate',
  'e2e/bad-input',
  'e2e/fly-bad-input',
  'e2e/artifacts',
  'e2e/ci-runs',
  'e2e/check-cache',
  'e2e/verdict',
  'e2e/interruption',
  'contract/providers-fly-faults',
  'contract/engine-torture',
  'contract/cloud-server',
  'contract/providers-fly-regions',
  'contract/cloud-postgres-crash',
  'contract/cloud-postgres-restore',
  'contract/cloud-postgres',
  'contract/providers-fly-immediate',
  'contract/probe-locks',
  'contract/providers-fly',
  'contract/checks-cache-torture',
  'contract/github-workflow-mistakes',
  'contract/cloud-neon',
  'contract/cloud-edge',
  'contract/flight',
];

/** Begins with the files that take long, in each project. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const projects = [...new Set(sorted.map(({ project }) => project.name))];
    return projects.flatMap((name) =>
      sorted
        .filter(({ project }) => project.name === name)
        .toSorted((one, other) => rank(one.moduleId) - rank(other.moduleId)),
    );
  }
}

function rank(moduleId: string): number {
  const at = SLOWEST.findIndex((file) => moduleId.endsWith(`/${file}.test.ts`));
  return at === -1 ? SLOWEST.length : at;
}
