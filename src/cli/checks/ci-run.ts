import type { SecretVault } from '../platforms/secret-vault.ts';
import type { OpenedChecks } from './open-checks.ts';
import type { ChecksRunOptions } from './show-checks.ts';
import type { TypedCiOptions } from './typed-ci.ts';

/** What `ci` works with. */
export interface CiRun extends Omit<ChecksRunOptions, 'plan'> {
  readonly deps: OpenedChecks;
  readonly typed: TypedCiOptions;
  readonly vault: SecretVault;
}
