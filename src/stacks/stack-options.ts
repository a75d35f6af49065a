import type { CheckDefinition } from '../config/definition/check-definition.ts';
import type { StackDefinition } from '../config/definition/stack-definition.ts';

/** What every stack lets a project change. */
export interface StackOptions {
  /** Shell commands run in an export of the commit before the image is packed, instead of the stack's. */
  readonly build?: readonly string[];
  /** Paths, relative to the repository, that make up the image, instead of the stack's. */
  readonly include?: readonly string[];
  /** Checks, instead of the stack's. */
  readonly checks?: Readonly<Record<string, CheckDefinition>>;
}

/** A stack with what the project changed. */
export function withOptions(stack: StackDefinition, options: StackOptions): StackDefinition {
  return {
    ...stack,
    build: options.build ?? stack.build,
    include: options.include ?? stack.include,
    checks: options.checks ?? stack.checks,
  };
}
