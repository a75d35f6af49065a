import { needsConfirmation } from '../../config/needs-confirmation.ts';
import type { ResolvedEnvironment } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import {
  requireEvent,
  triggerOf,
  type CommitRule,
  type EventQuestion,
} from '../../pipeline/github/event-rules.ts';
import { requireNotOld } from '../../pipeline/github/rerun-rule.ts';
import { matchesRefPattern } from '../../plan/ref-pattern.ts';
import type { Trigger } from '../../plan/plan.ts';
import type { CommandContext } from '../command-context.ts';
import type { GithubContext } from './github-context.ts';
import { githubContextOf } from './read-github-context.ts';
import type { Workbench } from '../workbench.ts';
import { githubDesk } from './github-desk.ts';
import { isOnMain } from './read-history.ts';

/** What is about to be started. */
export interface AllowedQuestion {
  readonly command: EventQuestion['command'];
  readonly environment: ResolvedEnvironment;
  /** `--confirm`; null where it was not given. */
  readonly confirm: string | null;
  /** The command asks for the name whoever runs it. */
  readonly isConfirmedElsewhere?: boolean;
}

/**
 * Goes on only where the event of this run may start it, and `--confirm` names the environment. Before anything is asked
 * of a platform. Throws GITHUB_EVENT_MISMATCH or GITHUB_NOT_CONFIRMED. Returns what the commit has to be; null outside
 * GitHub Actions and on the local cloud, where a person decides.
 */
export function requireAllowed(
  context: CommandContext,
  { project }: Pick<Workbench, 'project'>,
  { command, environment, confirm, isConfirmedElsewhere }: AllowedQuestion,
): { readonly github: GithubContext; readonly rule: CommitRule } | null {
  const github = githubContextOf(context);
  const rule =
    github === null ? null : requireEvent(github, { command, environment, mainBranch: project.mainBranch });
  if (isConfirmedElsewhere !== true) requireConfirmed(github, { command, environment, confirm });
  return github === null || rule === null ? null : { github, rule };
}

/** What is planned for: inside GitHub Actions the push or tag that the environment listens to, else by hand. */
export function triggerHere(context: CommandContext, environment: ResolvedEnvironment): Trigger {
  const github = githubContextOf(context);
  return github === null ? { kind: 'deploy', environment: environment.name } : triggerOf(github, environment);
}

/**
 * Goes on only with a commit that the event stands for, and that is not older than what is live. Throws
 * GITHUB_EVENT_MISMATCH, GITHUB_TAG_NOT_ON_MAIN or GITHUB_RERUN_REFUSED.
 */
export async function requireCommitAllowed(
  context: CommandContext,
  bench: Workbench,
  allowed: ReturnType<typeof requireAllowed>,
  of: { readonly environment: ResolvedEnvironment; readonly commit: string },
): Promise<void> {
  if (allowed === null) return;
  await requireRule(context, bench, allowed, of);
  const { environment, commit } = of;
  const live = bench.history.live(environment.name);
  const isOlder =
    live !== null &&
    live.release.commit !== commit &&
    (await bench.source.isAncestor(commit, live.release.commit));
  requireNotOld({
    environment: environment.name,
    commit,
    attempt: allowed.github.attempt,
    live,
    entries: bench.history.entries(environment.name, ENTRIES_MAX),
    isBehindLive: isOlder,
  });
}

/** As much of the history as is searched. */
const ENTRIES_MAX = 1_000;

async function requireRule(
  context: CommandContext,
  bench: Workbench,
  { rule, github }: NonNullable<ReturnType<typeof requireAllowed>>,
  { environment, commit }: { readonly environment: ResolvedEnvironment; readonly commit: string },
): Promise<void> {
  const short = commit.slice(0, 7);
  switch (rule.kind) {
    case 'is':
      if (commit === rule.sha) return;
      throw mismatch(
        `This run is for ${rule.sha.slice(0, 7)}, and ${short} was to be deployed to ${environment.name}.`,
        'Leave --ref out, and check out the commit of the event; or start it by hand for another commit.',
      );
    case 'tag-on-main':
      if (commit !== github.sha)
        throw mismatch(`The tag ${rule.tag} is ${github.sha.slice(0, 7)}, not ${short}.`, 'Leave --ref out.');
      return requireOnMain(context, bench, rule.tag, commit);
    case 'within':
      return requireWithin(bench, rule.sha, commit, github);
    case 'tagged': {
      await requireWithin(bench, rule.sha, commit, github);
      const tags = await bench.source.tagsOf(commit);
      if (tags.some((tag) => rule.patterns.some((pattern) => matchesRefPattern(pattern, tag)))) return;
      throw mismatch(
        `${short} carries no tag like ${rule.patterns.join(' or ')}, and only tags are deployed to ${environment.name}.`,
        `Tag it: git tag v1.2.0 ${short} && git push origin v1.2.0`,
      );
    }
    default:
      throw new TypeError(`unknown rule ${String(rule satisfies never)}`);
  }
}

async function requireWithin(
  { source }: Workbench,
  sha: string,
  commit: string,
  { refName }: GithubContext,
): Promise<void> {
  if (commit === sha || (await source.isAncestor(commit, sha))) return;
  throw mismatch(
    `${commit.slice(0, 7)} is not part of ${refName}, where this run was started.`,
    'Start it at a branch that has the commit. In a shallow clone nothing is known of it: fetch-depth: 0.',
  );
}

/** Throws GITHUB_TAG_NOT_ON_MAIN: what is not merged nobody has taken in, whoever may push tags. */
async function requireOnMain(
  context: CommandContext,
  bench: Workbench,
  tag: string,
  commit: string,
): Promise<void> {
  const { mainBranch } = bench.project;
  if (await isOnMain(await githubDesk(context, bench), bench, commit)) return;
  throw new ToolError(
    'GITHUB_TAG_NOT_ON_MAIN',
    `${tag} is ${commit.slice(0, 7)}, which is not on ${mainBranch}: what is not merged is not deployed. Nothing was changed.`,
    {
      hint: `Merge it, then tag the commit on ${mainBranch}: git tag -f ${tag} origin/${mainBranch} && git push -f origin ${tag}`,
    },
  );
}

/**
 * `--confirm`, where it is given, is the name of the environment. It has to be given in a run that a person started by
 * hand, where the environment asks for it: the wrong line of a list is quickly chosen.
 */
function requireConfirmed(
  github: GithubContext | null,
  { command, environment, confirm }: AllowedQuestion,
): void {
  const { name } = environment;
  const what = `${command === 'deploy' ? 'deploying to' : `the ${command} in`} ${name}`;
  if (confirm === name) return;
  if (confirm !== null && confirm !== '')
    throw notConfirmed(name, `"${confirm}" is not the name of the environment: ${what} was asked for.`);
  if (github?.name === 'workflow_dispatch' && needsConfirmation(environment))
    throw notConfirmed(name, `${what} has to be confirmed by its name.`);
}

function notConfirmed(name: string, message: string): ToolError {
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)} Nothing was changed.`;
  return new ToolError('GITHUB_NOT_CONFIRMED', sentence, {
    hint: `If that is meant, add: --confirm ${name} (by hand on GitHub: ${name} as the input confirm)`,
  });
}

function mismatch(message: string, hint: string): ToolError {
  return new ToolError('GITHUB_EVENT_MISMATCH', `${message} Nothing was changed.`, { hint });
}
