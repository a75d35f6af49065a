import type { EnvironmentSecret } from '../../config/environment-secrets.ts';
import type { FoundSettings } from '../../config/repository-settings.ts';
import { sameName } from './plan-environments.ts';
import type { SettingChange } from './settings-plan.ts';
import type { WantedEnvironment } from './wanted-settings.ts';

/** Which secret of which environment a value was given for; the value itself is not needed to plan. */
export interface GivenSecret {
  readonly environment: string;
  readonly name: string;
}

/** Which secrets of an environment are missing, are set now, and are where every branch can read them. */
export function planSecrets(
  wanted: WantedEnvironment,
  found: FoundSettings,
  given: readonly GivenSecret[],
): SettingChange[] {
  const there = found.environments.find(({ name }) => sameName(name, wanted.name))?.secrets ?? [];
  return wanted.secrets.map((secret) => {
    const isThere = isAmong(secret.name, there);
    const isGiven = given.some(
      (each) => each.name === secret.name && sameName(each.environment, wanted.name),
    );
    return planSecret(wanted.name, secret, {
      isThere,
      isGiven,
      isOpen: isAmong(secret.name, found.repositorySecrets),
    });
  });
}

function planSecret(
  environment: string,
  { name, purpose }: EnvironmentSecret,
  facts: { isThere: boolean; isGiven: boolean; isOpen: boolean },
): SettingChange {
  const subject = `secret ${name} of ${environment}`;
  const { isThere, isGiven, isOpen } = facts;
  if (isGiven) {
    return {
      mark: isThere ? 'change' : 'create',
      subject,
      details: [isThere ? 'set anew' : 'set'],
      reason: purpose,
      action: { kind: 'secret', environment, name, isThere },
    };
  }
  if (isThere) return { mark: 'keep', subject, details: [], reason: purpose, action: null };
  if (isOpen) {
    const details = [
      'is a secret of the repository, which jobs of every branch can read; better one of the environment',
    ];
    return { mark: 'note', subject, details, reason: purpose, action: null };
  }
  return { mark: 'ask', subject, details: ['not set'], reason: purpose, action: null };
}

/** GitHub keeps the names of secrets in capitals. */
function isAmong(name: string, names: readonly string[]): boolean {
  return names.some((each) => each.toUpperCase() === name.toUpperCase());
}
