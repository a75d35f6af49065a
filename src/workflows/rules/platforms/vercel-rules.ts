import type { CommandText } from '../../read/command-text.ts';
import type { LintedRepository } from '../../read/linted-file.ts';
import type { Workflow } from '../../read/workflow.ts';
import { findIn, inWorkflow, ofCommands, ofWorkflows } from '../check.ts';
import type { Example, WorkflowRule } from '../rule.ts';
import { startsOn } from '../workflow-events.ts';

const job = (lines: string): Example =>
  inWorkflow(`on: push\njobs:\n  web:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: |\n${lines}`);

/** All that the job of a command runs. */
function allOf({ workflow, job: own, source }: CommandText): string {
  return workflow === null || own === null ? source : workflow.file.text.slice(own.node.start, own.node.end);
}

/** Another build goes live. */
export const vercelPromotesPreview: WorkflowRule = {
  id: 'vercel-promotes-preview',
  title: 'A preview that is promoted to production',
  severity: 'warning',
  persona: 'regular',
  what: '`vercel promote` in a workflow or a script without a `vercel deploy --prod --skip-domain` of its own.',
  why: 'Vercel builds a preview anew when it is promoted, with other variables: what was tested is not what goes live.',
  hint: 'Build for production from the beginning: vercel deploy --prod --skip-domain, look at it, then vercel promote.',
  bad: job('          url=$(vercel deploy)\n          ./smoke "$url"\n          vercel promote "$url"\n'),
  good: job(
    '          url=$(vercel deploy --prod --skip-domain)\n          ./smoke "$url"\n          vercel promote "$url"\n',
  ),
  check: ofCommands((text, { kind }) =>
    kind === 'document' || /--skip-domain/.test(allOf(text))
      ? []
      : findIn(text, /\bvercel\s+promote\b[^\n;&|`]*/g).map(({ start, end }) => ({
          at: { start, end },
          message: 'A preview is built anew when it is promoted: what was tested is not what goes live.',
          code: 'url=$(vercel deploy --prod --skip-domain)\n# look at "$url"\nvercel promote "$url"',
        })),
  ),
};

/** Live before anybody has looked. */
export const vercelLiveUnverified: WorkflowRule = {
  id: 'vercel-live-unverified',
  title: 'A Vercel deployment that is live before anybody looks',
  severity: 'warning',
  persona: 'regular',
  what: '`vercel deploy --prod` and `vercel --prod` without `--skip-domain`, in workflows and scripts.',
  why: 'The domains point to it as soon as it is built; what a smoke test finds has been live by then.',
  hint: 'Add --skip-domain, look at it, then vercel promote.',
  bad: job('          vercel deploy --prod\n'),
  good: job(
    '          url=$(vercel deploy --prod --skip-domain)\n          ./smoke "$url"\n          vercel promote "$url"\n',
  ),
  check: ofCommands((text, { kind }) =>
    kind === 'document'
      ? []
      : findIn(text, /\bvercel\s+(?:deploy\s+)?(?:[^\n;&|]*\s)?--prod\b[^\n;&|)]*/g)
          .filter(({ match: [command] }) => !command.includes('--skip-domain'))
          .map(({ start, end }) => ({
            at: { start, end },
            message: 'The domains point to it before anybody has looked at it.',
            code: 'url=$(vercel deploy --prod --skip-domain)\n# look at "$url"\nvercel promote "$url"',
          })),
  ),
};

/** Later deployments go nowhere. */
export const vercelRollbackStays: WorkflowRule = {
  id: 'vercel-rollback-stays',
  title: 'A Vercel rollback after which nothing goes live any more',
  severity: 'warning',
  persona: 'regular',
  what: '`vercel rollback` in workflows and scripts that say nothing of `vercel promote`.',
  why: 'A rollback switches off that new deployments take over the domains, until somebody promotes one: the fix is deployed, and nobody sees it.',
  hint: 'Promote the next deployment by name: vercel promote <url>; say so where the rollback is.',
  bad: job('          vercel rollback\n'),
  good: job(
    '          vercel rollback\n          echo "until the next: vercel promote <url>, nothing new goes live"\n',
  ),
  check: ofCommands((text, { kind }) =>
    kind === 'document' || /vercel promote/.test(allOf(text))
      ? []
      : findIn(text, /\bvercel\s+rollback\b[^\n;&|`]*/g).map(({ start, end }) => ({
          at: { start, end },
          message: 'From here on nothing new goes live until somebody promotes it.',
        })),
  ),
};

/** The web app does not wait. */
export const vercelGitRace: WorkflowRule = {
  id: 'vercel-git-race',
  title: 'Vercel deploys by itself beside a workflow',
  severity: 'warning',
  persona: 'regular',
  what: 'Workflows that migrate or deploy on a push, in a repository with a vercel.json, or that call the Vercel CLI, where no vercel.json switches off deployments by Git.',
  why: 'Vercel deploys the push the moment it comes, before the migration and whatever becomes of it: the web app runs on a schema that is not there yet, or beside workers of another version.',
  hint: 'Switch it off for the branches that the workflow deploys, and deploy by the CLI after the migration.',
  bad: {
    '.github/workflows/deploy.yml':
      'on:\n  push:\n    branches: [main]\njobs:\n  deploy:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: pnpm db:migrate\n      - run: flyctl deploy\n',
    'vercel.json': '{ "framework": "nextjs" }\n',
  },
  good: {
    '.github/workflows/deploy.yml':
      'on:\n  push:\n    branches: [main]\njobs:\n  deploy:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: pnpm db:migrate\n      - run: flyctl deploy\n',
    'vercel.json': '{ "framework": "nextjs", "git": { "deploymentEnabled": { "main": false } } }\n',
  },
  check: ofWorkflows((workflow, repository) => {
    const step = startsOn(workflow, 'push') ? migrationOf(workflow) : null;
    const isVercel =
      repository.files.some(({ kind }) => kind === 'vercel') || /\bvercel\b/i.test(workflow.file.text);
    return step === null || !isVercel || isSwitchedOff(repository)
      ? []
      : [
          {
            at: step.at,
            message: 'Vercel deploys the same push by itself, and does not wait for this.',
            code: '{ "git": { "deploymentEnabled": { "main": false } } }',
          },
        ];
  }),
};

/** The first step that migrates, or deploys workers. */
function migrationOf({ jobs }: Workflow): Workflow['jobs'][number]['steps'][number] | null {
  const steps = jobs.flatMap((each) => each.steps);
  return steps.find(({ run }) => /migrat|\b(fly|flyctl)\s+deploy\b/.test(run?.text ?? '')) ?? null;
}

function isSwitchedOff({ files }: LintedRepository): boolean {
  return files.some(
    ({ kind, text }) => kind === 'vercel' && /"deploymentEnabled"\s*:\s*(false|\{[^}]*false)/.test(text),
  );
}
