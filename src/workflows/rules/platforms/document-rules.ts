import type { SourceFile } from '../../read/source-file.ts';
import { ofKind } from '../check.ts';
import type { Check, Example, WorkflowRule } from '../rule.ts';

const doc = (text: string): Example => ({ 'docs/deployment.md': text });

/** Sentences of a document that say what no platform does. */
function ofSentences(
  pattern: RegExp,
  message: string,
  isMeant: (file: SourceFile) => boolean = () => true,
): Check {
  return ofKind('document', (file) =>
    isMeant(file)
      ? [...file.text.matchAll(pattern)]
          .slice(0, 1)
          .map(({ 0: whole, index }) => ({ at: { start: index, end: index + whole.length }, message }))
      : [],
  );
}

/** Said, and not set. */
export const promisedApproval: WorkflowRule = {
  id: 'promised-approval',
  title: 'A document that promises an approval of GitHub’s',
  severity: 'advice',
  persona: 'regular',
  what: 'Sentences that say a deployment requires environment approval or required reviewers, where nothing is said of the plan.',
  why: 'Required reviewers of an environment are there for public repositories, and for private ones only on the Enterprise plan.',
  hint: 'Use a gate that every plan has: approval() in the config; or say which plan it needs.',
  bad: doc('- Production deployments require environment approval\n'),
  good: doc('- Production deployments wait for `/approve` on the pull request\n'),
  check: ofSentences(
    /\brequires?\b[^\n.]{0,40}\b(environment approval|required reviewers|environment protection)|\bQuality gate approval\b/gi,
    'Whether anybody is asked depends on the plan of the repository.',
    ({ text }) => !/enterprise|public repositor/i.test(text),
  ),
};

/** Said, and not in YAML. */
export const promisedMergeBlock: WorkflowRule = {
  id: 'promised-merge-block',
  title: 'A document that promises that checks hold back a merge',
  severity: 'advice',
  persona: 'regular',
  what: 'Sentences that say tests run before a merge is allowed, where nothing is said of a ruleset or of branch protection.',
  why: 'No workflow holds back a merge: that is a rule of the repository, which names the check. Without it everybody can merge on red.',
  hint: 'Set the rule, with one check that stands for all: glidepath github setup',
  bad: doc('- [ ] PRs run tests before merge is allowed\n'),
  good: doc('- [ ] PRs run tests before merge is allowed: a ruleset requires "CI gate"\n'),
  check: ofSentences(
    /\b(tests?|checks?|CI)\b[^\n.]{0,40}\bbefore (the )?merg(e|ing)( is allowed)?/gi,
    'No workflow holds back a merge: a ruleset does.',
    ({ text }) => !/ruleset|branch protection|protected branch/i.test(text),
  ),
};

/** The long way. */
export const rollbackByRelease: WorkflowRule = {
  id: 'rollback-by-release',
  title: 'A rollback that is a new release',
  severity: 'warning',
  persona: 'regular',
  what: 'Documents whose rollback is to revert a commit and to push a new tag, or only to push a fix.',
  why: 'It builds and tests everything again while people wait; nothing says which image was good last, nor whether the old code works on the schema of today.',
  hint: 'Deploy the release before, by digest, after a look at its migrations: glidepath rollback production',
  bad: doc('## Rollback\n\n1. Revert commit in git\n2. Push new tag (e.g., `v1.0.1`)\n'),
  good: doc('## Rollback\n\n`glidepath rollback production`\n'),
  check: ofSentences(
    /revert (the )?commit[^\n]*\n[^\n]*push (a )?new tag/gi,
    'This is the longest way back, in the worst minutes.',
  ),
};

/** Another commit. */
export const stagingByStatus: WorkflowRule = {
  id: 'staging-by-status',
  title: 'Production that asks for the status of the last commit of main',
  severity: 'warning',
  persona: 'regular',
  what: 'Documents that know staging as good by the status of the last commit of another branch.',
  why: 'Actions writes check runs, not statuses; and the last commit of main need not be the one that goes to production.',
  hint: 'Ask the deployments of this very commit: the gate passed("staging").',
  bad: doc('- Staging deployment green (check `main` branch last commit status)\n'),
  good: doc('- Staging has proven this commit: `passed("staging")`\n'),
  check: ofSentences(
    /last (commit|`?main`?)[^\n.]{0,30}status|staging[^\n.]{0,40}last [`\w]+ (branch )?(deployment|commit)/gi,
    'The status of the tip of a branch says nothing of the commit that goes to production.',
  ),
};

/** It does not wait. */
export const promisedVercelOrder: WorkflowRule = {
  id: 'promised-vercel-order',
  title: 'A document in which Vercel deploys by itself after a migration',
  severity: 'warning',
  persona: 'regular',
  what: 'Documents with migrations and workers that leave the web app to the Git integration of Vercel.',
  why: 'Vercel deploys a push the moment it comes: before the migration, and also where the workers fail.',
  hint: 'Switch off deployments by Git for these branches (git.deploymentEnabled in vercel.json), and deploy by the CLI after the migration.',
  bad: doc('1. Run migrations\n2. Deploy workers\n3. Automatic deployment via Vercel GitHub integration\n'),
  good: doc(
    '1. Run migrations\n2. Deploy workers\n3. Deploy the web app with `vercel deploy`; deploymentEnabled is false\n',
  ),
  check: ofSentences(
    /\bauto(matic)?(ally)?[- ]?deploy\w*[^\n.]{0,30}\bVercel\b[^\n.]{0,20}(git|integration)|\bVercel\b[^\n.]{0,20}git(hub)? integration/gi,
    'Vercel deploys a push by itself, and waits for nothing.',
    ({ text }) => /migrat/i.test(text) && !/deploymentEnabled/.test(text),
  ),
};

/** Five seconds. */
export const promisedDrain: WorkflowRule = {
  id: 'promised-drain',
  title: 'A document that relies on SIGTERM, with nothing that gives it time',
  severity: 'warning',
  persona: 'regular',
  what: 'Documents that speak of Fly and of a shutdown on SIGTERM, in a repository in which neither they nor a fly.toml say `kill_timeout`.',
  why: 'Fly pulls the plug about five seconds after the signal: a job that takes longer is cut off at every deployment.',
  hint: 'Set kill_timeout in the fly.toml of the worker, up to 300 seconds.',
  bad: doc('- Workers on Fly.io shut down gracefully (SIGTERM handlers)\n'),
  good: doc('- Workers on Fly.io shut down gracefully (SIGTERM handlers, kill_timeout 60)\n'),
  check: (file, { files }) =>
    files.some(({ text }) => text.includes('kill_timeout'))
      ? []
      : ofSentences(/[^\n]*\bSIGTERM\b[^\n]*/g, 'Fly gives it about five seconds.', ({ text }) =>
          /\bfly(\.io|ctl)?\b/i.test(text),
        )(file, { files, workflows: [] }),
};
