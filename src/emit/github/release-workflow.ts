import type { ResolvedRelease } from '../../config/resolved.ts';
import type { GeneratedFile } from '../generated-file.ts';
import type { YamlMap } from '../yaml/yaml-data.ts';
import { ciCall } from './ci-workflow.ts';
import { expression, succeeded } from './expressions.ts';
import { job, type Grant } from './job.ts';
import { byName, checkoutStep, glidepathStep, JOB_TOKEN, toolSteps } from './steps.ts';
import type { WorkflowContext } from './workflow-context.ts';
import { workflowFile } from './workflow-file.ts';

const RELEASE_MINUTES = 60;

/** Why a release may do what its config asks for. */
const WHY: Readonly<Record<ResolvedRelease['permissions'][number], string>> = {
  attestations: 'attests where the release was built',
  contents: 'creates the release on GitHub',
  'id-token': 'proves to the registry who publishes',
  packages: 'publishes to GitHub Packages',
};

/** `release.yml`, where the config says what is published on a tag. */
export function releaseWorkflow(context: WorkflowContext): readonly GeneratedFile[] {
  const { release, checks } = context.project;
  if (release === null) return [];
  const hasChecks = checks.length > 0;
  const isThere = 'github.event.deleted != true';
  return [
    workflowFile({
      file: 'release.yml',
      name: 'Release',
      runName: `Release ${expression('github.ref_name')}`,
      about: `Publishes what ci.release names, from a tag on ${context.project.mainBranch} whose checks passed.`,
      on: { push: { tags: [release.pattern] } },
      jobs: {
        ci: hasChecks ? ciCall(context, { if: isThere }) : undefined,
        release: releaseJob(context, release, hasChecks ? expression(succeeded(['ci'])) : isThere),
      },
      reason: 'What is published on GitHub when a tag is pushed.',
    }),
  ];
}

function releaseJob(context: WorkflowContext, release: ResolvedRelease, condition: string): YamlMap {
  const { checks, mainBranch } = context.project;
  return job(context, {
    name: 'Release',
    needs: checks.length > 0 ? ['ci'] : [],
    if: condition,
    timeoutMinutes: RELEASE_MINUTES,
    grants: release.permissions.map((scope): Grant => ({ scope, access: 'write', why: WHY[scope] })),
    concurrency: { group: 'release', queue: 'max', 'cancel-in-progress': false },
    environment: { name: release.environment },
    steps: [
      checkoutStep(context, { hasHistory: true }),
      // Before anything of the commit runs: an installation runs what its packages say.
      {
        name: `Check that the tag is on ${mainBranch}`,
        env: { MAIN: `origin/${mainBranch}` },
        run: 'git merge-base --is-ancestor "$GITHUB_SHA" "$MAIN"',
      },
      ...toolSteps(context, { hasElixir: true }),
      ...(release.check === null
        ? []
        : [
            glidepathStep(context, {
              name: `Build what is published: ${release.check}`,
              command: `ci --only ${release.check}`,
            }),
          ]),
      {
        name: 'Publish',
        env: { ...JOB_TOKEN, ...byName(release.secrets) },
        run: release.command,
      },
    ],
  });
}
