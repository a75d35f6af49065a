import type { FoundSettings, LabelSettings } from '../../config/repository-settings.ts';
import { planEnvironment } from './plan-environments.ts';
import { planRuleset } from './plan-rulesets.ts';
import { planSecrets, type GivenSecret } from './plan-secrets.ts';
import type { SettingChange } from './settings-plan.ts';
import type { WantedSettings } from './wanted-settings.ts';

/** What has to be done to the settings of a repository, in the order in which it is done. Pure. */
export function planSettings(
  wanted: WantedSettings,
  found: FoundSettings,
  given: readonly GivenSecret[],
): readonly SettingChange[] {
  return [
    ...wanted.environments.flatMap((environment) => planEnvironment(environment, found)),
    ...wanted.environments.flatMap((environment) => planSecrets(environment, found, given)),
    ...wanted.rulesets.map((ruleset) => planRuleset(ruleset, found)),
    ...wanted.labels.map((label) => planLabel(label, found)),
    planActions(wanted, found),
  ];
}

/** Whether a run of setup has anything to do, or waits for a person. */
export function isPendingSetting({ mark }: SettingChange): boolean {
  return mark === 'create' || mark === 'change' || mark === 'ask';
}

/** One that is there is left as it is: its colour is a matter of taste. */
function planLabel(label: LabelSettings, { labels }: FoundSettings): SettingChange {
  const isThere = labels.some(({ name }) => name.toLowerCase() === label.name.toLowerCase());
  return {
    mark: isThere ? 'keep' : 'create',
    subject: `label ${label.name}`,
    details: [],
    reason: label.description,
    action: isThere ? null : { kind: 'label', label },
  };
}

function planActions({ actions }: WantedSettings, { actions: found }: FoundSettings): SettingChange {
  const details = [
    ...(found.defaultPermissions === actions.defaultPermissions
      ? []
      : ['jobs that do not say what they may do may only read']),
    ...(found.canApprovePullRequests === actions.canApprovePullRequests
      ? []
      : ['jobs neither open nor approve pull requests']),
  ];
  const isSame = details.length === 0;
  return {
    mark: isSame ? 'keep' : 'change',
    subject: 'GitHub Actions',
    details: isSame ? ['jobs may only read, unless they say otherwise'] : details,
    reason: 'a job gets what its GitHub workflow asks for, and no more',
    action: isSame ? null : { kind: 'actions', settings: actions },
  };
}
