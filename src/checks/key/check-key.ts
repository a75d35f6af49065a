import { createHash } from 'node:crypto';
import type { KeyParts } from './key-parts.ts';

/** Rises when keys are computed in another way, so that no result is found that was kept under the old one. */
const KEY_FORMAT = 1;

/** Checks with the same inputs share one record of them: its digest is computed once. */
const digestsOfInputs = new WeakMap<object, string>();

/** SHA-256 of the parts in hexadecimal letters: the same for the same parts, in whatever order their names come. */
export function checkKey(parts: KeyParts): string {
  const { inputs, ...rest } = parts;
  return digest(canonicalJson({ format: KEY_FORMAT, ...normalized(rest), inputs: digestOfInputs(inputs) }));
}

/** JSON with the names of every object sorted, so that equal data has equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([name, each]) => `${JSON.stringify(name)}:${canonicalJson(each)}`).join(',')}}`;
}

/** What a list means where its order says nothing: sorted, and each only once. */
export function asSet(list: readonly string[]): readonly string[] {
  return [...new Set(list)].sort();
}

function normalized<P extends Omit<KeyParts, 'inputs'>>(parts: P): P {
  return {
    ...parts,
    outputs: asSet(parts.outputs),
    leaves: asSet(parts.leaves),
    services: asSet(parts.services),
  };
}

function digestOfInputs(inputs: KeyParts['inputs']): string {
  const known = digestsOfInputs.get(inputs);
  if (known !== undefined) return known;
  const text = digest(canonicalJson(inputs));
  // Of a record that somebody may still change it is not remembered.
  if (Object.isFrozen(inputs)) digestsOfInputs.set(inputs, text);
  return text;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
