import { unreachable } from '../../../../util/assert.ts';
import type { Json } from '../../../../util/json.ts';
import type { JsonObject } from '../model/source.ts';
import type { InputDeclaration } from '../model/trigger.ts';
import { textOf } from '../expressions/evaluate.ts';

/** Inputs as a run has them, or what is wrong with those that were given. */
export type InputsVerdict =
  | {
      /** The context `inputs`: typed. */
      readonly inputs: JsonObject;
      /** `github.event.inputs`: the same as text. */
      readonly asText: Readonly<Record<string, string>>;
    }
  | { readonly mistakes: readonly string[] };

/** docs: events-that-trigger-workflows#workflow_dispatch, "Providing inputs". */
export const DISPATCH_INPUTS_MAX = 25;
const PAYLOAD_CHARACTERS_MAX = 65_535;

/**
 * Checks what was given to `workflow_dispatch` against what is declared, and fills in the defaults. Names are compared
 * without regard to case. A required input may be nothing but white space: GitHub does not look at that either.
 */
export function checkInputs(declared: readonly InputDeclaration[], given: JsonObject): InputsVerdict {
  const mistakes: string[] = [];
  const unexpected = Object.keys(given).filter((name) => !declared.some((one) => isSame(one.name, name)));
  if (unexpected.length > 0) mistakes.push(`Unexpected inputs provided: ${JSON.stringify(unexpected)}`);
  if (JSON.stringify(given).length > PAYLOAD_CHARACTERS_MAX) {
    mistakes.push(`inputs are too large: at most ${PAYLOAD_CHARACTERS_MAX} characters`);
  }
  const entries = declared.map((input) => [input.name, checked(input, given, mistakes)] as const);
  if (mistakes.length > 0) return { mistakes };
  return {
    inputs: Object.fromEntries(entries),
    asText: Object.fromEntries(entries.map(([name, value]) => [name, textOf(value)])),
  };
}

function checked(input: InputDeclaration, given: JsonObject, mistakes: string[]): Json {
  const [, value] = Object.entries(given).find(([name]) => isSame(name, input.name)) ?? [];
  if (value === undefined || value === null || value === '') {
    if (input.required && input.default === undefined) {
      mistakes.push(`Required input '${input.name}' not provided`);
    }
    return input.default?.value ?? emptyOf(input);
  }
  const typed = typedAs(input, textOf(value));
  if (typed === undefined) mistakes.push(wrong(input, textOf(value)));
  return typed ?? null;
}

function typedAs(input: InputDeclaration, text: string): Json | undefined {
  switch (input.type) {
    case 'string':
    case 'environment':
      return text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'number':
      return Number.isFinite(Number(text)) ? Number(text) : undefined;
    case 'choice':
      return input.options.includes(text) ? text : undefined;
    default:
      return unreachable(input.type);
  }
}

function emptyOf({ type, options, required }: InputDeclaration): Json {
  if (type === 'boolean') return false;
  if (type === 'choice' && required) return options[0] ?? '';
  return '';
}

function wrong({ name, type, options }: InputDeclaration, value: string): string {
  if (type === 'choice') {
    return `Provided value '${value}' for input '${name}' not in the list of allowed values: ${options.join(', ')}`;
  }
  return `Provided value '${value}' for input '${name}' is not a ${type}`;
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
