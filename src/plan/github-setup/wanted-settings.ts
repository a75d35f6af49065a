import { environmentRefs } from '../../config/environment-refs.ts';
import { environmentSecrets, type EnvironmentSecret } from '../../config/environment-secrets.ts';
import { approvalEnvironment, CI_GATE } from '../../config/github-names.ts';
import type {
  ActionsSettings,
  LabelSettings,
  RefRules,
  RulesetSettings,
} from '../../config/repository-settings.ts';
import type { ResolvedApproval, ResolvedEnvironment, ResolvedProject } from '../../config/resolved.ts';
import { policyPatterns } from './policy-patterns.ts';

/** An environment of GitHub as the config asks for it. */
export interface WantedEnvironment {
  readonly name: string;
  /** The part of the config that asks for it, for people. */
  readonly because: string;
  readonly refs: RefRules;
  /** Null: the config says nothing of reviewers. */
  readonly review: { readonly reviewers: readonly string[]; readonly preventsSelfReview: boolean } | null;
  readonly secrets: readonly EnvironmentSecret[];
}

/** A ruleset as it is asked for. */
export interface WantedRuleset extends RulesetSettings {
  readonly because: string;
}

/** Everything that a project needs of the settings of its repository. */
export interface WantedSettings {
  readonly environments: readonly WantedEnvironment[];
  readonly rulesets: readonly WantedRuleset[];
  readonly labels: readonly LabelSettings[];
  readonly actions: ActionsSettings;
}

/** The merge commits of pull requests: what a review environment is made from. */
const MERGE_REFS = 'refs/pull/*/merge';

const LABELS: readonly LabelSettings[] = [
  {
    name: 'glidepath',
    color: '1f6feb',
    description: 'Opened by Glidepath: approvals, and what needs a person',
  },
  { name: 'review', color: '0e8a16', description: 'Has a review environment' },
];

/** What the config asks of the repository's settings. Pure. */
export function wantedSettings(project: ResolvedProject): WantedSettings {
  return {
    environments: wantedEnvironments(project),
    rulesets: wantedRulesets(project),
    labels: LABELS,
    // GitHub workflows that say what they may do need no more, and nobody's job agrees to its own pull request.
    actions: { defaultPermissions: 'read', canApprovePullRequests: false },
  };
}

function wantedEnvironments({
  environments,
  release,
  mainBranch,
}: ResolvedProject): readonly WantedEnvironment[] {
  const wanted = environments.flatMap((environment) => ofEnvironment(environment, mainBranch));
  if (release === null) return wanted;
  const own: WantedEnvironment = {
    name: release.environment,
    because: 'ci.release',
    refs: { branches: [], tags: [...policyPatterns(release.pattern)] },
    review: null,
    secrets: release.secrets.map((name) => ({ name, purpose: 'for the release', isKey: false })),
  };
  const shared = wanted.find(({ name }) => name === own.name);
  if (shared === undefined) return [...wanted, own];
  return wanted.map((each) => (each === shared ? joined(shared, own) : each));
}

function ofEnvironment(environment: ResolvedEnvironment, mainBranch: string): WantedEnvironment[] {
  const { name, kind } = environment;
  // Those of tests are made and taken away in CI, without secrets.
  if (kind === 'test') return [];
  const refs = environmentRefs(environment, mainBranch);
  const rules: RefRules = {
    branches: [
      ...new Set([...(kind === 'review' ? [MERGE_REFS] : []), ...refs.branches.flatMap(policyPatterns)]),
    ],
    tags: [...new Set(refs.tags.flatMap(policyPatterns))],
  };
  const because = `environments.${name}`;
  const own = { name, because, refs: rules, review: null, secrets: environmentSecrets(environment) };
  const approval = reviewersOf(environment);
  if (approval === undefined) return [own];
  const gate: WantedEnvironment = {
    name: approvalEnvironment(name),
    because: `${because}.gates, approval({ by: 'reviewers' })`,
    refs: rules,
    review: { reviewers: approval.approvers, preventsSelfReview: approval.excludesInitiator },
    // Reviewers stand before an environment without secrets: who waits there holds nothing.
    secrets: [],
  };
  return [own, gate];
}

function reviewersOf({ gates }: ResolvedEnvironment): ResolvedApproval | undefined {
  const approvals = gates.flatMap((gate) => (gate.kind === 'approval' && !gate.optional ? [gate] : []));
  return approvals[0]?.by === 'reviewers' ? approvals[0] : undefined;
}

function joined(one: WantedEnvironment, other: WantedEnvironment): WantedEnvironment {
  const names = new Set(one.secrets.map(({ name }) => name));
  return {
    ...one,
    because: `${one.because} and ${other.because}`,
    refs: { branches: one.refs.branches, tags: [...new Set([...one.refs.tags, ...other.refs.tags])] },
    secrets: [...one.secrets, ...other.secrets.filter(({ name }) => !names.has(name))],
  };
}

function wantedRulesets(project: ResolvedProject): WantedRuleset[] {
  const { checks, mainBranch, environments, release } = project;
  const tags = [
    ...environments.flatMap(({ on }) => on.flatMap((rule) => (rule.kind === 'tag' ? [rule.pattern] : []))),
    ...(release === null ? [] : [release.pattern]),
  ];
  return [
    ...(checks.length === 0 ? [] : [mainRuleset(mainBranch)]),
    ...(tags.length === 0 ? [] : [tagRuleset([...new Set(tags.flatMap(policyPatterns))])]),
  ];
}

/** No rule that a merge queue could not keep: the same check reports for the merge commits that a queue makes. */
function mainRuleset(mainBranch: string): WantedRuleset {
  return {
    name: 'Glidepath: main branch',
    because: 'ci.checks',
    target: 'branch',
    enforcement: 'active',
    include: [`refs/heads/${mainBranch}`],
    exclude: [],
    rules: [
      { type: 'deletion' },
      { type: 'non_fast_forward' },
      {
        type: 'required_status_checks',
        parameters: {
          required_status_checks: [{ context: CI_GATE }],
          strict_required_status_checks_policy: false,
          do_not_enforce_on_create: false,
        },
      },
    ],
  };
}

/** A release tag stays where it was put: what was approved is what is deployed. */
function tagRuleset(patterns: readonly string[]): WantedRuleset {
  return {
    name: 'Glidepath: release tags',
    because: "environments, on: tag('…')",
    target: 'tag',
    enforcement: 'active',
    include: patterns.map((pattern) => `refs/tags/${pattern}`),
    exclude: [],
    rules: [{ type: 'deletion' }, { type: 'non_fast_forward' }, { type: 'update' }],
  };
}
