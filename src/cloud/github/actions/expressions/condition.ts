import type { Scope } from '../model/run-context.ts';
import type { Source } from '../model/source.ts';
import { ExpressionError, evaluate, evaluateParsed, isTruthy } from './evaluate.ts';
import type { ParsedExpression } from './parse-expression.ts';
import { parseExpression } from './parse-expression.ts';
import { splitTemplate } from './split-template.ts';

/** How an `if` is understood. */
export type Condition =
  /** One expression, bare or as a single `${{ }}`. `success() && (…)` is meant when it has no status function. */
  | { readonly kind: 'expression'; readonly text: string; readonly parsed: ParsedExpression }
  /**
   * `${{ }}` with text around it, be it only a line break: it becomes text, and text that is not empty is true.
   * docs: expressions, "if" conditionals; actions/runner#1173.
   */
  | { readonly kind: 'text'; readonly text: string; readonly hasStatusFunction: boolean };

/** Understands an `if`. Throws an Error in GitHub's words when it is no expression. */
export function readCondition(text: string, key: 'job-if' | 'step-if'): Condition {
  const parts = splitTemplate(text);
  if ('unclosedAt' in parts) throw new Error('The expression is not closed');
  const [only] = parts;
  if (parts.length === 1 && only?.kind === 'expression') {
    return { kind: 'expression', text: only.text, parsed: parseExpression(only.text, key) };
  }
  const inside = parts
    .filter(({ kind }) => kind === 'expression')
    .map((part) => parseExpression(part.text, key));
  if (inside.length > 0) {
    return { kind: 'text', text, hasStatusFunction: inside.some((parsed) => parsed.hasStatusFunction) };
  }
  const bare = text.trim() === '' ? 'success()' : text;
  return { kind: 'expression', text: bare, parsed: parseExpression(bare, key) };
}

/**
 * Whether a job or a step runs. Without an `if`, and with one that calls no status function, it only does when
 * everything before it succeeded: `success() && (…)`. Throws an {@link ExpressionError}.
 */
export function condition(
  source: Source<string> | undefined,
  key: 'job-if' | 'step-if',
  scope: Scope,
): boolean {
  const success = scope.status?.success ?? true;
  if (source === undefined) return success;
  const read = conditionOf(source, key);
  if (!hasStatusFunction(read) && !success) return false;
  if (read.kind === 'text') return isTruthy(evaluate(source, key, scope));
  const { parsed, text } = read;
  return isTruthy(evaluateParsed(parsed, { key, scope, at: source, text: text.trim() }));
}

function hasStatusFunction(read: Condition): boolean {
  return read.kind === 'text' ? read.hasStatusFunction : read.parsed.hasStatusFunction;
}

function conditionOf(source: Source<string>, key: 'job-if' | 'step-if'): Condition {
  try {
    return readCondition(source.value, key);
  } catch (error) {
    throw new ExpressionError((error as Error).message, source, source.value);
  }
}
