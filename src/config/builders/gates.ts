import type { QualityOptions } from '../definition/ci-definition.ts';
import type {
  ApprovalGate,
  ApprovalOptions,
  GateDefinition,
  PassedGate,
  QualityGate,
} from '../definition/environment-definition.ts';

/** All checks are green for this very commit. */
export function checks(): Extract<GateDefinition, { kind: 'checks' }> {
  return { kind: 'checks' };
}

/** This very release was deployed in another environment before, with success. */
export function passed<const E extends string>(environment: E): PassedGate<E> {
  return { kind: 'passed', environment };
}

/** A person agreed to this very plan. An optional one is offered, and not waited for. */
export function approval(options: ApprovalOptions = {}): ApprovalGate {
  return { ...options, kind: 'approval', optional: options.optional ?? false };
}

/**
 * The very artifact is good enough: all checks passed for it, also those that are not fast, its coverage and the
 * findings about it are within the limits, and no exception has expired.
 */
export function quality(options: QualityOptions = {}): QualityGate {
  return { ...options, kind: 'quality' };
}

/**
 * The migrations of this very commit were run on a throw-away branch of the target: no finding is open, nobody is kept
 * out for long, and the release that serves now works with the new schema.
 */
export function safeMigrations(
  options: { readonly blocksAtMost?: string } = {},
): Extract<GateDefinition, { kind: 'safe-migrations' }> {
  return { ...options, kind: 'safe-migrations' };
}
