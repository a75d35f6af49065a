import { Evaluator, data } from '@actions/expressions';
import type { Json } from '../../../../util/json.ts';
import type { Scope } from '../model/run-context.ts';
import type { Position, Source } from '../model/source.ts';
import type { ExpressionKeyName, ExtraFunction } from './expression-keys.ts';
import { EXPRESSION_KEYS } from './expression-keys.ts';
import type { ParsedExpression } from './parse-expression.ts';
import { EXTRA_FUNCTIONS, parseExpression } from './parse-expression.ts';
import { splitTemplate } from './split-template.ts';

type Value = data.ExpressionData;

/** An expression that could not be evaluated, with its place in the file. */
export class ExpressionError extends Error {
  override readonly name: string = 'ExpressionError';
  readonly at: Position;
  readonly expression: string;

  constructor(message: string, at: Position, expression: string) {
    super(message);
    this.at = at;
    this.expression = expression;
  }
}

/**
 * Gives the value of what is written: strings with `${{ }}` evaluated, also inside of lists and mappings. A string that
 * is one expression and nothing else keeps the type of its value; with text around it everything becomes text.
 * Throws an {@link ExpressionError}.
 */
export function evaluate(source: Source, key: ExpressionKeyName, scope: Scope): Json {
  return valueOf(source.value, key, scope, source);
}

/** {@link evaluate}, as text: `true`, `12`, and nothing for null. */
export function evaluateText(source: Source, key: ExpressionKeyName, scope: Scope): string {
  return textOf(evaluate(source, key, scope));
}

/** How an expression writes a value as text. */
export function textOf(value: Json): string {
  return toData(value).coerceString();
}

/** Whether a value counts as true: not null, false, 0, NaN or the empty text. */
export function isTruthy(value: Json): boolean {
  return value !== null && value !== false && value !== '' && value !== 0 && !Number.isNaN(value);
}

/** Evaluates one expression that was understood already. `at` and `text` are only for the error. */
export function evaluateParsed(
  parsed: ParsedExpression,
  options: { key: ExpressionKeyName; scope: Scope; at: Position; text: string },
): Json {
  const { key, scope, at, text } = options;
  const contexts = new data.Dictionary(
    ...parsed.reads.map((name) => ({ key: name, value: toData(scope.contexts[name] ?? {}) })),
  );
  try {
    return fromData(new Evaluator(parsed.tree, contexts, functionsOf(key, scope)).evaluate());
  } catch (error) {
    throw new ExpressionError(error instanceof Error ? error.message : String(error), at, text);
  }
}

function valueOf(value: Json, key: ExpressionKeyName, scope: Scope, at: Position): Json {
  if (typeof value === 'string') return evaluateString(value, key, scope, at);
  if (Array.isArray(value)) return value.map((item: Json) => valueOf(item, key, scope, at));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, valueOf(item, key, scope, at)]),
  );
}

function evaluateString(text: string, key: ExpressionKeyName, scope: Scope, at: Position): Json {
  const parts = splitTemplate(text);
  if ('unclosedAt' in parts) throw new ExpressionError('The expression is not closed', at, text);
  const values = parts.map((part) => {
    if (part.kind === 'text') return part.text;
    try {
      const parsed = parseExpression(part.text, key);
      return evaluateParsed(parsed, { key, scope, at, text: part.text.trim() });
    } catch (error) {
      if (error instanceof ExpressionError) throw error;
      throw new ExpressionError((error as Error).message, at, part.text.trim());
    }
  });
  const [only] = values;
  return values.length === 1 && only !== undefined ? only : values.map(textOf).join('');
}

/** The functions that only some places have; the built-in ones the evaluator knows. By lower-case name. */
function functionsOf(key: ExpressionKeyName, scope: Scope): Map<string, FunctionDefinition> {
  const calls: Record<ExtraFunction, (...args: Value[]) => Value> = {
    success: () => new data.BooleanData(scope.status?.success ?? true),
    failure: () => new data.BooleanData(scope.status?.failure ?? false),
    cancelled: () => new data.BooleanData(scope.status?.cancelled ?? false),
    always: () => new data.BooleanData(true),
    hashFiles: (...args) => new data.StringData(hashFiles(scope, args)),
  };
  return new Map(
    EXPRESSION_KEYS[key].functions.map((name) => [
      name.toLowerCase(),
      { name, ...EXTRA_FUNCTIONS[name], call: calls[name] },
    ]),
  );
}

function hashFiles(scope: Scope, args: readonly Value[]): string {
  if (scope.hashFiles === undefined) throw new Error('hashFiles() works only in the steps of a job');
  return scope.hashFiles(args.map((arg) => arg.coerceString()));
}

type FunctionDefinition = {
  name: string;
  minArgs: number;
  maxArgs: number;
  call: (...args: Value[]) => Value;
};

function toData(value: Json): Value {
  if (typeof value === 'number') return new data.NumberData(value);
  return JSON.parse(JSON.stringify(value), data.reviver) as Value;
}

function fromData(value: Value): Json {
  // Not a number is what `null` cannot say in JSON: an expression writes it as text.
  if (value.kind === data.Kind.Number && Number.isNaN(value.number())) return value.number();
  return JSON.parse(JSON.stringify(value, data.replacer)) as Json;
}
