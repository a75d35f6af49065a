import type {
  ActionsSettings,
  EnvironmentSettings,
  FoundRuleset,
  LabelSettings,
  RulesetSettings,
} from '../../config/repository-settings.ts';

/** What has to be done to the repository, as data. */
export type SettingAction =
  | {
      readonly kind: 'environment';
      /** Whole, for GitHub replaces an environment's settings whole; without what people added being lost. */
      readonly settings: EnvironmentSettings;
      /** Rules about refs that are still to be made. */
      readonly newRefs: { readonly branches: readonly string[]; readonly tags: readonly string[] };
    }
  | {
      readonly kind: 'ruleset';
      readonly ruleset: RulesetSettings;
      readonly found: FoundRuleset | null;
    }
  | {
      readonly kind: 'secret';
      readonly environment: string;
      readonly name: string;
      readonly isThere: boolean;
    }
  | { readonly kind: 'label'; readonly label: LabelSettings }
  | { readonly kind: 'actions'; readonly settings: ActionsSettings };

/** One line of the plan. */
export interface SettingChange {
  /** `create` +, `change` ~, `keep` =, `ask` ? (only a person can), `note` ! (stands, and should be known). */
  readonly mark: 'create' | 'change' | 'keep' | 'ask' | 'note';
  /** `environment production`. */
  readonly subject: string;
  /** What is to be, or is different, in a few words each. */
  readonly details: readonly string[];
  /** Which part of the config asks for it, or why it matters. */
  readonly reason: string;
  /** Null where there is nothing to send. */
  readonly action: SettingAction | null;
}
