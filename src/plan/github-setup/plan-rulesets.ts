import { isDeepStrictEqual } from 'node:util';
import type {
  FoundRuleset,
  FoundSettings,
  RulesetRule,
  RulesetSettings,
} from '../../config/repository-settings.ts';
import { unsupportedBy } from './plan-limits.ts';
import type { SettingChange } from './settings-plan.ts';
import type { WantedRuleset } from './wanted-settings.ts';

/** What has to be done about one ruleset, which is known again by its name. */
export function planRuleset(wanted: WantedRuleset, found: FoundSettings): SettingChange {
  const { because, ...ruleset } = wanted;
  const subject = `ruleset ${wanted.name}`;
  const limit = unsupportedBy(found.repository).rulesets;
  if (limit !== null) return { mark: 'note', subject, details: [limit], reason: because, action: null };
  const existing =
    found.rulesets.find(({ name, target }) => name === wanted.name && target === wanted.target) ?? null;
  if (existing === null) {
    const details = [ruleset.include.join(', '), ...ruleset.rules.map(ruleWords)];
    return {
      mark: 'create',
      subject,
      details,
      reason: because,
      action: { kind: 'ruleset', ruleset, found: null },
    };
  }
  const mended = mend(ruleset, existing);
  const details = differences(mended, existing);
  if (details.length === 0) {
    return { mark: 'keep', subject, details: ruleset.rules.map(ruleWords), reason: because, action: null };
  }
  return {
    mark: 'change',
    subject,
    details,
    reason: because,
    action: { kind: 'ruleset', ruleset: mended, found: existing },
  };
}

/** As wanted, with what people added: another branch, another rule, another required check. */
function mend(wanted: RulesetSettings, existing: FoundRuleset): RulesetSettings {
  const others = existing.rules.filter(({ type }) => !wanted.rules.some((rule) => rule.type === type));
  return {
    ...wanted,
    include: [...wanted.include, ...existing.include.filter((ref) => !wanted.include.includes(ref))],
    // Leaving out what the config protects is drift; leaving out anything else is not ours.
    exclude: existing.exclude.filter((ref) => !wanted.include.includes(ref)),
    rules: [...wanted.rules.map((rule) => mendRule(rule, existing.rules)), ...others],
  };
}

function mendRule(wanted: RulesetRule, existing: readonly RulesetRule[]): RulesetRule {
  const found = existing.find(({ type }) => type === wanted.type);
  if (found === undefined || wanted.parameters === undefined) return found ?? wanted;
  const parameters: Record<string, unknown> = { ...found.parameters };
  for (const [key, value] of Object.entries(wanted.parameters)) {
    if (key === 'required_status_checks') parameters[key] = withChecks(found.parameters?.[key], value);
    else if (!(key in parameters)) parameters[key] = value;
  }
  return { type: wanted.type, parameters };
}

/** The checks that are there, and those that are not yet. */
function withChecks(found: unknown, wanted: unknown): unknown {
  const there = checksIn(found);
  return [
    ...there,
    ...checksIn(wanted).filter(({ context }) => !there.some((each) => each.context === context)),
  ];
}

function checksIn(value: unknown): readonly { readonly context?: unknown }[] {
  return Array.isArray(value) ? (value as { context?: unknown }[]) : [];
}

function differences(mended: RulesetSettings, existing: FoundRuleset): string[] {
  const refs = mended.include.filter((ref) => !existing.include.includes(ref));
  const opened = existing.exclude.filter((ref) => !mended.exclude.includes(ref));
  const rules = mended.rules.filter(
    (rule) => !existing.rules.some((each) => isDeepStrictEqual(plain(each), plain(rule))),
  );
  return [
    ...(existing.enforcement === mended.enforcement
      ? []
      : [`${mended.enforcement}, not ${existing.enforcement}`]),
    ...(refs.length === 0 ? [] : [`also ${refs.join(', ')}`]),
    ...(opened.length === 0 ? [] : [`without exception ${opened.join(', ')}`]),
    ...rules.map(ruleWords),
  ];
}

function plain({ type, parameters = {} }: RulesetRule): unknown {
  return { type, parameters };
}

function ruleWords({ type, parameters }: RulesetRule): string {
  const checks = checksIn(parameters?.['required_status_checks']).map(
    ({ context }) => `"${String(context)}"`,
  );
  if (checks.length > 0) return `${checks.join(', ')} required`;
  return RULE_WORDS[type] ?? type.replaceAll('_', ' ');
}

const RULE_WORDS: Readonly<Record<string, string>> = {
  deletion: 'not deleted',
  non_fast_forward: 'not overwritten',
  update: 'not moved',
};
