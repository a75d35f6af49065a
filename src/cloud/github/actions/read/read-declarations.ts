import { DISPATCH_INPUTS_MAX } from '../match/check-inputs.ts';
import type { Scalar, Source } from '../model/source.ts';
import type { CallInterface, InputDeclaration, InputType, SecretDeclaration } from '../model/trigger.ts';
import type { At } from './reading.ts';
import { invalid } from './reading.ts';
import { checkExpressions, plainBoolean, sourced, template } from './read-values.ts';
import type { Entry } from './yaml-walk.ts';
import { entriesOf, itemsOf, knownEntries, scalarOf, textAt } from './yaml-walk.ts';

const DISPATCH_TYPES: readonly InputType[] = ['string', 'boolean', 'number', 'choice', 'environment'];
const CALL_TYPES: readonly InputType[] = ['string', 'boolean', 'number'];

/** Reads the inputs that `workflow_dispatch` declares. */
export function readDispatchInputs(at: At | undefined): readonly InputDeclaration[] {
  if (at === undefined || at.node === null) return [];
  const inputsAt = knownEntries(at, ['inputs'])?.get('inputs')?.at;
  if (inputsAt === undefined) return [];
  const entries = entriesOf(inputsAt) ?? [];
  if (entries.length > DISPATCH_INPUTS_MAX) {
    invalid(
      inputsAt,
      `you may only define up to ${DISPATCH_INPUTS_MAX} \`inputs\` for a \`workflow_dispatch\` event`,
    );
  }
  return entries.map((entry) => readInput(entry, 'dispatch'));
}

/** Reads what `workflow_call` declares: inputs, secrets and outputs. */
export function readCallInterface(at: At | undefined): CallInterface | undefined {
  if (at === undefined) return undefined;
  const place = { line: at.line, column: at.column };
  const entries = at.node === null ? undefined : knownEntries(at, ['inputs', 'secrets', 'outputs']);
  const under = (name: string): readonly Entry[] => {
    const found = entries?.get(name)?.at;
    return found === undefined || found.node === null ? [] : (entriesOf(found) ?? []);
  };
  const outputs = under('outputs').flatMap(({ key, at: output }) => {
    const value = knownEntries(output, ['description', 'value'], ['value'])?.get('value')?.at;
    const source = template(value, 'call-output');
    return source === undefined ? [] : [[key, source] as const];
  });
  return {
    ...place,
    inputs: under('inputs').map((entry) => readInput(entry, 'call')),
    secrets: under('secrets').map(readSecret),
    outputs: Object.fromEntries(outputs),
  };
}

function readInput({ key: name, keyAt, at }: Entry, of: 'dispatch' | 'call'): InputDeclaration {
  const place = { line: keyAt.line, column: keyAt.column };
  const keys = ['description', 'type', 'required', 'default'];
  const isCall = of === 'call';
  const isEmpty = at.node === null && !isCall;
  const entries = isEmpty
    ? undefined
    : knownEntries(at, isCall ? keys : [...keys, 'options'], isCall ? ['type'] : []);
  const type = readType(entries?.get('type')?.at, isCall ? CALL_TYPES : DISPATCH_TYPES);
  const defaultAt = entries?.get('default')?.at;
  const value = defaultAt === undefined ? undefined : readDefault(defaultAt, type, isCall);
  return {
    ...place,
    name,
    type,
    required: plainBoolean(entries?.get('required')?.at),
    ...(value === undefined ? {} : { default: value }),
    options: readOptions(at, entries?.get('options')?.at, type),
  };
}

function readType(at: At | undefined, types: readonly InputType[]): InputType {
  const text = at === undefined ? 'string' : textAt(at);
  const type = types.find((one) => one === text);
  if (at !== undefined && type === undefined && text !== undefined) {
    invalid(at, `Unexpected value '${text}'`, `It is one of ${types.join(', ')}.`);
  }
  return type ?? 'string';
}

function readOptions(input: At, at: At | undefined, type: InputType): readonly string[] {
  const options = at === undefined ? [] : (itemsOf(at) ?? []).map((item) => String(scalarOf(item) ?? ''));
  if (type === 'choice' && options.length === 0) invalid(input, "Missing 'options' for choice input");
  if (type !== 'choice' && at !== undefined) {
    invalid(input, "Input type is not 'choice', but 'options' is defined");
  }
  return options;
}

function readDefault(
  at: At,
  type: InputType,
  mayHoldExpressions: boolean,
): Source<string | number | boolean> | undefined {
  const value = scalarOf(at);
  if (value === undefined || value === null) return undefined;
  if (mayHoldExpressions && typeof value === 'string' && value.includes('${{')) {
    checkExpressions(at, value, 'call-input-default');
    return sourced(at, value);
  }
  if (!isOfType(value, type)) {
    invalid(at, `Unexpected value '${value}'`, `The input is of type ${type}.`);
    return undefined;
  }
  return sourced(at, type === 'boolean' || type === 'number' ? value : String(value));
}

function isOfType(value: Scalar, type: InputType): boolean {
  return type === 'boolean' || type === 'number' ? typeof value === type : true;
}

function readSecret({ key: name, keyAt, at }: Entry): SecretDeclaration {
  const entries = at.node === null ? undefined : knownEntries(at, ['description', 'required']);
  return {
    name,
    required: plainBoolean(entries?.get('required')?.at),
    line: keyAt.line,
    column: keyAt.column,
  };
}
