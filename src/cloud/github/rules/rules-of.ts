import type { GithubContext } from '../github-context.ts';
import type { RulesetRecord, RulesetRule } from '../protection-records.ts';
import type { RepositoryRecord } from '../records.ts';
import { refMatches } from './ref-matches.ts';

/** A rule that holds for a ref, and where it comes from. */
export interface ActiveRule {
  readonly type: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Null: classic protection of the branch. */
  readonly ruleset: RulesetRecord | null;
}

/** Every rule for a branch or a tag, of rulesets and of classic protection. `ref` is whole: `refs/heads/main`. */
export function rulesOf(
  context: GithubContext,
  repository: RepositoryRecord,
  ref: string,
): readonly ActiveRule[] {
  const target = ref.startsWith('refs/tags/') ? 'tag' : 'branch';
  const ofRulesets = context.state
    .of('rulesets', repository.id)
    .filter((one) => one.enforcement === 'active' && one.target === target)
    .filter((one) => refMatches(ref, one, repository.defaultBranch))
    .flatMap((ruleset) => ruleset.rules.map((rule) => active(rule, ruleset)));
  return [...ofRulesets, ...ofProtection(context, repository, ref)];
}

function active({ type, parameters }: RulesetRule, ruleset: RulesetRecord | null): ActiveRule {
  return { type, parameters: parameters ?? {}, ruleset };
}

function ofProtection({ state }: GithubContext, { id }: RepositoryRecord, ref: string): ActiveRule[] {
  const protection = state.find('protections', `${id}/${ref.slice('refs/heads/'.length)}`);
  if (protection === null || !ref.startsWith('refs/heads/')) return [];
  const { checks, allowsDeletions, allowsForcePushes } = protection;
  const rules: RulesetRule[] = [
    ...(allowsDeletions ? [] : [{ type: 'deletion' }]),
    ...(allowsForcePushes ? [] : [{ type: 'non_fast_forward' }]),
    ...(checks === null
      ? []
      : [
          {
            type: 'required_status_checks',
            parameters: {
              strict_required_status_checks_policy: checks.strict,
              required_status_checks: checks.contexts.map((context) => ({ context })),
            },
          },
        ]),
  ];
  return rules.map((rule) => active(rule, null));
}
