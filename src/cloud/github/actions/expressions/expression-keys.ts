import type { ContextName } from '../model/run-context.ts';

/** Which functions a key has beyond those that every expression has. */
export type ExtraFunction = 'success' | 'failure' | 'cancelled' | 'always' | 'hashFiles';

/** What an expression may begin with, and call, in one kind of place. */
export interface ExpressionKey {
  readonly contexts: readonly ContextName[];
  readonly functions: readonly ExtraFunction[];
}

const EARLY: readonly ContextName[] = ['github', 'inputs', 'vars'];
const NEEDS: readonly ContextName[] = [...EARLY, 'needs'];
const STRATEGY: readonly ContextName[] = [...NEEDS, 'strategy', 'matrix'];
const STEPS: readonly ContextName[] = [...STRATEGY, 'secrets', 'steps', 'job', 'runner', 'env'];
const STATUS: readonly ExtraFunction[] = ['success', 'failure', 'cancelled', 'always'];

/** The name of a kind of place where an expression may stand. */
export type ExpressionKeyName =
  | 'run-name'
  | 'workflow-concurrency'
  | 'workflow-env'
  | 'call-input-default'
  | 'call-output'
  | 'job-if'
  | 'strategy'
  | 'job-strategy'
  | 'job-env'
  | 'job-defaults'
  | 'job-outputs'
  | 'environment-url'
  | 'call-with'
  | 'call-secrets'
  | 'service-env'
  | 'step-if'
  | 'step';

/**
 * The places where `${{ }}` may stand, each with the contexts it has there. GitHub refuses a file that names another:
 * `secrets` in an `if`, `env` in that of a job, `matrix` in `strategy`. docs: contexts#context-availability, and the
 * `context` lists of actions/workflow-parser, workflow-v1.0.
 */
export const EXPRESSION_KEYS: Readonly<Record<ExpressionKeyName, ExpressionKey>> = {
  'run-name': { contexts: EARLY, functions: [] },
  'workflow-concurrency': { contexts: EARLY, functions: [] },
  'workflow-env': { contexts: [...EARLY, 'secrets'], functions: [] },
  'call-input-default': { contexts: EARLY, functions: [] },
  'call-output': { contexts: [...EARLY, 'jobs'], functions: [] },
  'job-if': { contexts: NEEDS, functions: STATUS },
  strategy: { contexts: NEEDS, functions: [] },
  'job-strategy': { contexts: STRATEGY, functions: [] },
  'job-env': { contexts: [...STRATEGY, 'secrets'], functions: [] },
  'job-defaults': { contexts: [...STRATEGY, 'env'], functions: [] },
  'job-outputs': { contexts: STEPS, functions: [] },
  'environment-url': { contexts: STEPS.filter((name) => name !== 'secrets'), functions: [] },
  'call-with': { contexts: STRATEGY, functions: [] },
  'call-secrets': { contexts: [...STRATEGY, 'secrets'], functions: [] },
  'service-env': { contexts: STEPS, functions: [] },
  'step-if': {
    contexts: STEPS.filter((name) => name !== 'secrets'),
    functions: [...STATUS, 'hashFiles'],
  },
  step: { contexts: STEPS, functions: ['hashFiles'] },
};
