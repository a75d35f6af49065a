import type { ExpressionKeyName } from '../expressions/expression-keys.ts';
import { readCondition } from '../expressions/condition.ts';
import { parseExpression } from '../expressions/parse-expression.ts';
import { hasExpression, splitTemplate } from '../expressions/split-template.ts';
import type { Json } from '../../../../util/json.ts';
import type { Scalar, Source, SourceMap } from '../model/source.ts';
import type { SourceBoolean, SourceNumber } from '../model/workflow.ts';
import type { At } from './reading.ts';
import { invalid, unsupported } from './reading.ts';
import { entriesOf, jsonOf, scalarOf, shapeOf, textAt } from './yaml-walk.ts';

/** The value with its place. */
export function sourced<Value extends Json>(at: At, value: Value): Source<Value> {
  return { value, line: at.line, column: at.column };
}

/** A text that may hold expressions of a key, and is not empty. */
export function template(at: At | undefined, key: ExpressionKeyName): Source<string> | undefined {
  const text = at === undefined ? undefined : textAt(at);
  if (at === undefined || text === undefined) return undefined;
  checkExpressions(at, text, key);
  return sourced(at, text);
}

/** A text without expressions. */
export function plainText(at: At | undefined): string | undefined {
  const text = at === undefined ? undefined : textAt(at);
  if (at !== undefined && text !== undefined && hasExpression(text)) {
    invalid(at, 'A template expression is not allowed in this context');
  }
  return text;
}

/** `if`: with or without `${{ }}`. */
export function conditionAt(at: At | undefined, key: 'job-if' | 'step-if'): Source<string> | undefined {
  const value = at === undefined ? undefined : scalarOf(at);
  if (at === undefined || value === undefined) return undefined;
  const text = value === null ? '' : String(value);
  try {
    readCondition(text, key);
  } catch (error) {
    invalid(at, (error as Error).message);
  }
  return sourced(at, text);
}

/** A number, or an expression that gives one. */
export function numberAt(at: At | undefined, key: ExpressionKeyName): SourceNumber | undefined {
  return typedAt(at, key, 'number');
}

/** A boolean, or an expression that gives one. */
export function booleanAt(at: At | undefined, key: ExpressionKeyName): SourceBoolean | undefined {
  return typedAt(at, key, 'boolean');
}

/** A boolean that is written as such. */
export function plainBoolean(at: At | undefined): boolean {
  const value = at === undefined ? undefined : scalarOf(at);
  if (at !== undefined && value !== undefined && typeof value !== 'boolean') {
    invalid(at, `Unexpected value '${value ?? ''}'`);
  }
  return value === true;
}

/** A mapping of names to scalars that may hold expressions: `env`, `with`, `outputs`. */
export function sourceMap(at: At | undefined, key: ExpressionKeyName): SourceMap {
  if (at === undefined || isWholeExpression(at, key)) return {};
  const read: [string, Source<Scalar>][] = [];
  for (const { key: name, keyAt, at: value } of entriesOf(at) ?? []) {
    if (hasExpression(name)) {
      unsupported(keyAt, `An expression as a key is not carried out: ${name}`, 'Write the keys out.');
    }
    const scalar = scalarOf(value);
    if (scalar === undefined) continue;
    if (typeof scalar === 'string') checkExpressions(value, scalar, key);
    read.push([name, sourced(value, scalar)]);
  }
  return Object.fromEntries(read);
}

/** Any value; strings in it may hold expressions. */
export function deepSource(at: At, key: ExpressionKeyName): Source {
  const value = jsonOf(at);
  checkDeep(at, value, key);
  return sourced(at, value);
}

/** Notes what is wrong with the expressions of a text. */
export function checkExpressions(at: At, text: string, key: ExpressionKeyName): void {
  const parts = splitTemplate(text);
  if ('unclosedAt' in parts) return invalid(at, 'The expression is not closed. An unescaped ${{ was found');
  for (const part of parts) {
    if (part.kind === 'text') continue;
    try {
      parseExpression(part.text, key);
    } catch (error) {
      invalid(at, `${(error as Error).message} within expression: ${part.text.trim()}`);
    }
  }
}

function checkDeep(at: At, value: Json, key: ExpressionKeyName): void {
  if (typeof value === 'string') checkExpressions(at, value, key);
  else if (Array.isArray(value)) for (const item of value as Json[]) checkDeep(at, item, key);
  else if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) checkDeep(at, item, key);
  }
}

function typedAt<Type extends 'number' | 'boolean'>(
  at: At | undefined,
  key: ExpressionKeyName,
  type: Type,
): Source<(Type extends 'number' ? number : boolean) | string> | undefined {
  const value = at === undefined ? undefined : scalarOf(at);
  if (at === undefined || value === undefined) return undefined;
  if (typeof value === 'string' && hasExpression(value)) {
    checkExpressions(at, value, key);
    return sourced(at, value);
  }
  if (typeof value === type) return sourced(at, value as Type extends 'number' ? number : boolean);
  invalid(at, `Unexpected value '${value ?? ''}'`);
  return undefined;
}

/** `env: ${{ fromJSON(…) }}` is possible on GitHub. */
function isWholeExpression(at: At, key: ExpressionKeyName): boolean {
  if (shapeOf(at) !== 'scalar') return false;
  const value = scalarOf(at);
  if (typeof value !== 'string' || !hasExpression(value)) return false;
  checkExpressions(at, value, key);
  unsupported(at, 'An expression that gives a whole mapping is not carried out', 'Write the mapping out.');
  return true;
}
