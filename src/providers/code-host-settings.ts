import type {
  ActionsSettings,
  EnvironmentSettings,
  FoundRuleset,
  FoundSettings,
  LabelSettings,
  RefRules,
  RulesetSettings,
} from '../config/repository-settings.ts';
import type { Secret } from '../diagnostics/secret.ts';

/** The settings of a repository, read only. */
export interface CodeHostSettingsReader {
  /** Everything at once. Throws PROVIDER_UNAUTHORIZED with the right that is missing. */
  found(): Promise<FoundSettings>;
}

/** The settings of a repository. */
export interface CodeHostSettings extends CodeHostSettingsReader {
  /** Makes or changes an environment whole; `newRefs` are rules about refs to be added. Unknown reviewers are PROVIDER_NOT_FOUND. */
  saveEnvironment(settings: EnvironmentSettings, newRefs: RefRules): Promise<void>;
  saveRuleset(ruleset: RulesetSettings, found: FoundRuleset | null): Promise<void>;
  saveLabel(label: LabelSettings): Promise<void>;
  saveActions(settings: ActionsSettings): Promise<void>;
  /** Seals a value on this machine, for the key of the environment, and hands it over. */
  setSecret(environment: string, name: string, value: Secret): Promise<void>;
}
