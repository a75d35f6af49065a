import { distance } from 'fastest-levenshtein';
import {
  ARCHIVED_ACTIONS,
  KNOWN_ACTIONS,
  OUTDATED_MAJORS,
  SUPERFLUOUS_ACTIONS,
  VULNERABLE_ACTIONS,
} from '../../data/judged-actions.ts';
import type { UsesRef } from '../../read/uses-ref.ts';
import { inWorkflow, ofJobs } from '../check.ts';
import type { Check, Example, Found, WorkflowRule } from '../rule.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const step = (uses: string): Example =>
  inWorkflow(`on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: ${uses}\n`);
const run = (command: string): Example =>
  inWorkflow(`on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: ${command}\n`);

/** A check of every action that is used. */
function ofActions(judge: (uses: UsesRef) => Omit<Found, 'at'> | null): Check {
  return ofJobs((job) =>
    [job.uses, ...job.steps.map(({ uses }) => uses)].flatMap((uses) => {
      const found = uses === null || uses.kind !== 'action' ? null : judge(uses);
      return uses === null || found === null ? [] : [{ at: uses, ...found }];
    }),
  );
}

/** The version that a reference names: its comment where it is a commit. */
function versionOf({ isPinned, ref, comment }: UsesRef): string {
  return (isPinned ? (comment ?? '').split(' ')[0] : ref) ?? '';
}

/** Nobody mends it any more. */
export const archivedUses: WorkflowRule = {
  id: 'archived-uses',
  title: 'An action that nobody maintains',
  severity: 'warning',
  persona: 'regular',
  what: 'Actions whose repository is archived, by a list that comes with Glidepath.',
  why: 'A hole in it stays open, and it stops when GitHub takes away the Node it runs on.',
  hint: 'Use what took its place, or gh in a script.',
  bad: step(`actions/create-release@${COMMIT} # v1.1.4`),
  good: run('gh release create "$GITHUB_REF_NAME" --verify-tag'),
  check: ofActions(({ repository }) =>
    ARCHIVED_ACTIONS.has(repository)
      ? { message: `${repository} is archived: nobody mends it any more.` }
      : null,
  ),
};

/** A letter off is another owner. */
export const typosquatUses: WorkflowRule = {
  id: 'typosquat-uses',
  title: 'An action that is nearly a well-known one',
  severity: 'error',
  persona: 'regular',
  what: 'Names one letter off from a well-known action, by a list that comes with Glidepath.',
  why: 'Such names are registered by people who wait for the slip.',
  hint: 'Write the name as its owner does.',
  bad: step(`action/checkout@${COMMIT} # v7.0.1`),
  good: step(`actions/checkout@${COMMIT} # v7.0.1`),
  check: ofActions(({ repository }) => {
    if (KNOWN_ACTIONS.includes(repository)) return null;
    const meant = KNOWN_ACTIONS.find((known) => distance(known, repository) === 1);
    return meant === undefined
      ? null
      : { message: `${repository} is not ${meant}.`, hint: `Was ${meant} meant?` };
  }),
};

/** Somebody knows how to get in. */
export const knownVulnerableActions: WorkflowRule = {
  id: 'known-vulnerable-actions',
  title: 'A version of an action with a published hole',
  severity: 'error',
  persona: 'regular',
  what: 'Versions with a published advisory, by a list that comes with Glidepath; a pinned one by the version behind it. What was published since is not in it.',
  why: 'The advisory says how others get at the secrets of the job.',
  hint: 'Use a version in which it is mended.',
  bad: step('tj-actions/changed-files@v45'),
  good: run('git diff --name-only origin/main...HEAD'),
  check: ofActions((uses) => {
    const known = VULNERABLE_ACTIONS.find(
      ({ repository, ref }) => repository === uses.repository && ref.test(versionOf(uses)),
    );
    return known === undefined
      ? null
      : {
          message: `${uses.repository} ${versionOf(uses)} has a known hole: ${known.advisory}.`,
          hint: known.mend,
        };
  }),
};

/** The Node it runs on is gone. */
export const outdatedAction: WorkflowRule = {
  id: 'outdated-action',
  title: 'A version of an action that GitHub no longer runs as it was',
  severity: 'warning',
  persona: 'regular',
  what: 'Majors of GitHub’s and Docker’s actions that were made for Node 12 or 16, and artifacts and caches of services that are switched off.',
  why: 'GitHub runs them on another Node or not at all: actions/upload-artifact up to v3 fails.',
  hint: 'Use a current major, by its commit.',
  bad: step('actions/checkout@v2'),
  good: step(`actions/checkout@${COMMIT} # v7.0.1`),
  check: ofActions((uses) => {
    const old = OUTDATED_MAJORS.get(uses.repository);
    const major = Number(/^v?(\d+)/.exec(versionOf(uses))?.[1] ?? Number.NaN);
    return old !== undefined && major <= old && major > 0
      ? { message: `${uses.repository} v${major} was made for a Node that GitHub has taken away.` }
      : null;
  }),
};

/** gh does it as well. */
export const superfluousActions: WorkflowRule = {
  id: 'superfluous-actions',
  title: 'An action for what gh does',
  severity: 'advice',
  persona: 'pedantic',
  what: 'Actions for releases, comments, pull requests and labels.',
  why: 'Each is somebody else’s code with a token that may write; gh is on the runner already.',
  hint: 'Use gh in a script.',
  bad: step(`softprops/action-gh-release@${COMMIT} # v2.3.0`),
  good: run('gh release create "$GITHUB_REF_NAME" --verify-tag'),
  check: ofActions(({ repository }) => {
    const command = SUPERFLUOUS_ACTIONS.get(repository);
    return command === undefined
      ? null
      : {
          message: `${repository} does what \`${command}\` does.`,
          hint: `Use \`${command}\` in a script, with GH_TOKEN in its env.`,
        };
  }),
};

/** A path that is not what it looks like. */
export const obfuscation: WorkflowRule = {
  id: 'obfuscation',
  title: 'Something that hides what it is',
  severity: 'warning',
  persona: 'regular',
  what: '`uses` with empty, `.` or `..` parts in its path.',
  why: 'Nobody writes so who wants to be understood; reviews and tools look for the plain name.',
  hint: 'Write the plain path.',
  bad: step(`actions/cache/save/..@${COMMIT}`),
  good: step(`actions/cache@${COMMIT}`),
  check: ofActions(({ path, text }) =>
    path.split('/').some((part, at, all) => part === '.' || part === '..' || (part === '' && all.length > 1))
      ? { message: `${text} is another path than it seems.` }
      : null,
  ),
};
