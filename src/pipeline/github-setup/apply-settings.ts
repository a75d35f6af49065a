import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Secret } from '../../diagnostics/secret.ts';
import {
  INSTEAD_OF_ENVIRONMENTS,
  INSTEAD_OF_REVIEWERS,
  INSTEAD_OF_RULESETS,
} from '../../plan/github-setup/plan-limits.ts';
import type { SettingAction, SettingChange } from '../../plan/github-setup/settings-plan.ts';
import type { CodeHostSettings } from '../../providers/code-host-settings.ts';
import { GithubApiError } from '../../providers/github/github-error.ts';
import { isPlanRefusal } from '../../providers/github/is-plan-refusal.ts';
import { unreachable } from '../../util/assert.ts';

/** How a change went. */
export type SettingOutcome =
  | { readonly kind: 'done' }
  /** The plan of the account does not have it; `instead` says what stands in for it. The rest goes on. */
  | { readonly kind: 'limited'; readonly instead: string }
  | { readonly kind: 'failed'; readonly error: ToolError };

/** What changes are carried out with. */
export interface SettingsWork {
  readonly settings: CodeHostSettings;
  /** The value that was given for a secret. */
  readonly secretOf: (environment: string, name: string) => Secret;
}

/** What one change came to, once it was tried. */
export interface AppliedSetting {
  readonly change: SettingChange;
  /** Null for what had nothing to be done. */
  readonly outcome: SettingOutcome | null;
}

/**
 * Carries the changes out one after the other. What the account's plan does not have, and what fails, is kept with its
 * reason, and the rest goes on: each is of use by itself. Throws only for a token that GitHub does not know.
 */
export async function applySettings(
  work: SettingsWork,
  changes: readonly SettingChange[],
): Promise<readonly AppliedSetting[]> {
  const applied: AppliedSetting[] = [];
  for (const change of changes) {
    const outcome = change.action === null ? null : await attempt(work, change.action);
    applied.push({ change, outcome });
  }
  return applied;
}

async function attempt(work: SettingsWork, action: SettingAction): Promise<SettingOutcome> {
  try {
    const instead = await carryOut(work, action);
    return instead === null ? { kind: 'done' } : { kind: 'limited', instead };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    if (error instanceof GithubApiError && error.status === 401) throw error;
    return { kind: 'failed', error };
  }
}

/** Null when all of it was done; else what stands in for what the plan of the account does not have. */
async function carryOut({ settings, secretOf }: SettingsWork, action: SettingAction): Promise<string | null> {
  switch (action.kind) {
    case 'environment':
      return saveEnvironment(settings, action);
    case 'ruleset':
      return orInstead(() => settings.saveRuleset(action.ruleset, action.found), INSTEAD_OF_RULESETS);
    case 'secret':
      await settings.setSecret(action.environment, action.name, secretOf(action.environment, action.name));
      return null;
    case 'label':
      await settings.saveLabel(action.label);
      return null;
    case 'actions':
      await settings.saveActions(action.settings);
      return null;
    default:
      return unreachable(action);
  }
}

/** GitHub refuses an environment whole for the one rule that the plan does not have: it is saved without that. */
async function saveEnvironment(
  settings: CodeHostSettings,
  { settings: wanted, newRefs }: Extract<SettingAction, { kind: 'environment' }>,
): Promise<string | null> {
  const bare = { ...wanted, reviewers: [], preventsSelfReview: false, waitMinutes: 0 };
  const isBare = wanted.reviewers.length === 0 && wanted.waitMinutes === 0;
  if (!isBare) {
    const refused = await orInstead(() => settings.saveEnvironment(wanted, newRefs), INSTEAD_OF_REVIEWERS);
    if (refused === null) return null;
  }
  const refused = await orInstead(() => settings.saveEnvironment(bare, newRefs), INSTEAD_OF_ENVIRONMENTS);
  return refused ?? (isBare ? null : INSTEAD_OF_REVIEWERS);
}

async function orInstead(change: () => Promise<void>, instead: string): Promise<string | null> {
  try {
    await change();
    return null;
  } catch (error) {
    if (!isPlanRefusal(error)) throw error;
    return instead;
  }
}
