import { createHash } from 'node:crypto';
import type { ResolvedCheck } from '../../config/resolved.ts';
import { inputsOf } from '../inputs/inputs-of.ts';
import type { InputTree } from '../inputs/input-tree.ts';
import { reportGlobs } from '../inputs/made-by-checks.ts';
import { asSet } from './check-key.ts';
import type { KeyParts } from './key-parts.ts';

/** What the parts of a key are taken from. */
export interface KeySources {
  readonly check: ResolvedCheck;
  /** Every check of the project: what they make is no input. */
  readonly checks: readonly ResolvedCheck[];
  readonly tree: InputTree;
  /** The value of a variable that the check names in `env`. */
  readonly variable: (name: string) => string | undefined;
  /** Versions of the tools that its command calls. */
  readonly tools: Readonly<Record<string, string>>;
  /** Results of the checks that it needs, by name. */
  readonly needs: Readonly<Record<string, string>>;
  /** `host linux x64`, or `container sha256:…`. */
  readonly place: string;
}

/** All that the result of a check depends on. Throws CHECK_GLOB_EMPTY. */
export function keyParts({ check, checks, tree, variable, tools, needs, place }: KeySources): KeyParts {
  return {
    check: check.name,
    command: check.command,
    directory: check.directory,
    place: check.where === 'container' && check.network ? `${place} with network` : place,
    outputs: asSet([...check.outputs, ...reportGlobs(check.reports)]),
    leaves: asSet(check.leaves),
    services: asSet(check.services),
    env: Object.fromEntries(check.env.map((name) => [name, digestOfVariable(name, variable(name))])),
    tools,
    inputs: inputsOf(tree, check, checks),
    needs,
  };
}

/** Of a variable in the parts of a key: never its value. Null where it is not set. */
export function digestOfVariable(name: string, value: string | undefined): string | null {
  return value === undefined ? null : createHash('sha256').update(`${name}=${value}`).digest('hex');
}
