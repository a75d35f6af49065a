import { atLeast, roleOf } from '../access/role-of.ts';
import type { Caller } from '../access/caller.ts';
import type { GithubContext } from '../github-context.ts';
import type { PushCommand } from '../git/pkt-line.ts';
import type { RepositoryRecord } from '../records.ts';
import { repositoryPage } from '../views/repository-view.ts';
import { missingChecks } from './required-checks.ts';
import { rulesOf } from './rules-of.ts';
import type { ActiveRule } from './rules-of.ts';

/** What is said about a push before git has seen its commits. */
export interface PushVerdict {
  /** What the pusher reads; null when nothing speaks against it so far. */
  readonly refusal: string | null;
  /** What stands behind each refused ref. */
  readonly reason: string;
  /** Refs that only move forward. */
  readonly fastForwardOnly: readonly string[];
  /** Where the rules can be read. */
  readonly rulesUrl: string;
  /** Who may not touch GitHub workflows, and what they lack; null when they may. */
  readonly noWorkflows: { readonly who: string; readonly right: string } | null;
}

const NONE = '0'.repeat(40);

/** Holds a push against the rules of its branches and tags. */
export function judgePush(
  context: GithubContext,
  repository: RepositoryRecord,
  caller: Caller,
  commands: readonly PushCommand[],
): PushVerdict {
  const page = repositoryPage(context, repository);
  const held = commands.map((command) => ({
    command,
    rules: rulesOf(context, repository, command.ref).filter(
      (rule) => !bypasses(context, repository, caller, rule),
    ),
  }));
  const refusals = held.flatMap(({ command, rules }) => {
    const said = violations(context, repository, rules, command);
    return said.length === 0 ? [] : [violationText(page, command.ref, rules, said)];
  });
  const forward = held.filter(
    ({ rules, command }) => command.after !== NONE && rules.some(({ type }) => type === 'non_fast_forward'),
  );
  const rulesets = held.some(({ rules }) => rules.some(({ ruleset }) => ruleset !== null));
  return {
    refusal: refusals.length === 0 ? null : refusals.join('\n'),
    reason: rulesets ? 'push declined due to repository rule violations' : 'protected branch hook declined',
    fastForwardOnly: forward.map(({ command }) => command.ref),
    rulesUrl: `${page}/rules?ref=${encodeURIComponent(forward[0]?.command.ref ?? '')}`,
    noWorkflows: mayTouchWorkflows(caller),
  };
}

/** What of the rules a command breaks, in GitHub's words, as far as that is known without its commits. */
function violations(
  context: GithubContext,
  repository: RepositoryRecord,
  rules: readonly ActiveRule[],
  { before, after, ref }: PushCommand,
): string[] {
  const types = new Set(rules.map(({ type }) => type));
  const kind = ref.startsWith('refs/tags/') ? 'tag' : 'branch';
  if (after === NONE) return types.has('deletion') ? [`Cannot delete this ${kind}`] : [];
  const isNew = before === NONE;
  const waived = (rule: ActiveRule): boolean => isNew && rule.parameters['do_not_enforce_on_create'] === true;
  const checks = missingChecks(
    context,
    repository,
    rules.filter((rule) => !waived(rule)),
    after,
  );
  return [
    ...(isNew && types.has('creation') ? ['Cannot create ref due to creations being restricted.'] : []),
    ...(!isNew && types.has('update') ? ['Cannot update this protected ref.'] : []),
    ...(types.has('merge_queue') ? ['Changes must be made through the merge queue'] : []),
    ...(types.has('pull_request') ? ['Changes must be made through a pull request.'] : []),
    ...checks.map(({ context: name, state }) =>
      state === 'failed'
        ? `Required status check "${name}" is failing.`
        : `Required status check "${name}" is expected.`,
    ),
  ];
}

function violationText(
  page: string,
  ref: string,
  rules: readonly ActiveRule[],
  said: readonly string[],
): string {
  if (rules.every(({ ruleset }) => ruleset === null))
    return [
      `error: GH006: Protected branch update failed for ${ref}.`,
      ...said.map((one) => `- ${one}`),
    ].join('\n');
  return [
    `error: GH013: Repository rule violations found for ${ref}.`,
    `Review all repository rules at ${page}/rules?ref=${encodeURIComponent(ref)}`,
    '',
    ...said.map((one) => `- ${one}`),
    '',
  ].join('\n');
}

/** Numbers of the roles in a ruleset (REST, "rules": `actor_id` of `RepositoryRole`). */
const ROLE_OF_ACTOR: Readonly<Record<number, 'admin' | 'maintain' | 'write'>> = {
  2: 'maintain',
  4: 'write',
  5: 'admin',
};

/** Whether a rule does not hold for somebody. */
export function bypasses(
  context: GithubContext,
  repository: RepositoryRecord,
  { account, token }: Caller,
  { ruleset }: ActiveRule,
  how: 'push' | 'pull_request' = 'push',
): boolean {
  if (ruleset === null) {
    // Classic protection holds for administrators only where it says so; rulesets hold for everybody.
    return (
      token?.kind !== 'job' &&
      token?.kind !== 'installation' &&
      isFreeOfProtection(context, repository, account.login)
    );
  }
  return ruleset.bypassActors.some(({ actor_id: id, actor_type: type, bypass_mode: mode }) => {
    if (mode === 'pull_request' && how === 'push') return false;
    if (type === 'Integration') return token?.appId === id;
    if (token?.kind === 'job' || token?.kind === 'installation') return false;
    if (type === 'RepositoryRole')
      return atLeast(roleOf(context.state, account, repository), ROLE_OF_ACTOR[id ?? 0] ?? 'admin');
    if (type === 'OrganizationAdmin')
      return context.state.account(repository.owner)?.members[account.login] === 'admin';
    if (type === 'Team')
      return context.state.find('teams', id ?? 0)?.members.includes(account.login) === true;
    return false;
  });
}

function isFreeOfProtection({ state }: GithubContext, repository: RepositoryRecord, login: string): boolean {
  const account = state.account(login);
  const isAdmin = account !== null && roleOf(state, account, repository) === 'admin';
  return isAdmin && state.of('protections', repository.id).every(({ enforcesAdmins }) => !enforcesAdmins);
}

/** GitHub lets nobody change what runs with its secrets by a token that is not meant for it. */
function mayTouchWorkflows({ token }: Caller): PushVerdict['noWorkflows'] {
  if (token === null) return null;
  const { kind, scopes, permissions } = token;
  if (kind === 'classic' ? scopes.includes('workflow') : permissions['workflows'] === 'write') return null;
  const who = kind === 'job' || kind === 'installation' ? 'a GitHub App' : 'a Personal Access Token';
  return { who, right: kind === 'classic' ? '`workflow` scope' : '`workflows` permission' };
}
