import type { StackDefinition } from '../config/definition/stack-definition.ts';
import { withOptions, type StackOptions } from './stack-options.ts';

/** Anything: what is built, included and checked is what the project says. */
export function generic(options: StackOptions = {}): StackDefinition {
  return withOptions(
    { name: 'generic', build: [], include: ['.'], port: null, healthPath: null, checks: {} },
    options,
  );
}
