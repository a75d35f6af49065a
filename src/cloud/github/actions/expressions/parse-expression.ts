import { Lexer, Parser } from '@actions/expressions';
import type { Expr } from '@actions/expressions';
import type { ExpressionKeyName, ExtraFunction } from './expression-keys.ts';
import { EXPRESSION_KEYS } from './expression-keys.ts';
import type { ContextName } from '../model/run-context.ts';

/** An expression that was understood: its tree, and the contexts it reads. */
export interface ParsedExpression {
  readonly tree: Expr;
  readonly reads: readonly ContextName[];
  /** It calls `success()`, `failure()`, `cancelled()` or `always()`. */
  readonly hasStatusFunction: boolean;
}

/** The most that GitHub takes. actions/expressions, errors.ts. */
const LENGTH_MAX = 21_000;

const STATUS_NAMES: readonly string[] = ['success', 'failure', 'cancelled', 'always'];

/** The functions a key may have beyond the built-in ones, with the number of their arguments. */
export const EXTRA_FUNCTIONS: Readonly<Record<ExtraFunction, { minArgs: number; maxArgs: number }>> = {
  success: { minArgs: 0, maxArgs: 0 },
  failure: { minArgs: 0, maxArgs: 0 },
  cancelled: { minArgs: 0, maxArgs: 0 },
  always: { minArgs: 0, maxArgs: 0 },
  hashFiles: { minArgs: 1, maxArgs: 255 },
};

/**
 * Understands an expression, without its `${{ }}`, for one kind of place. Throws an Error in GitHub's words when it is
 * no expression, or names a context or function that is not there: `Unrecognized named-value: 'secrets'`.
 */
export function parseExpression(text: string, key: ExpressionKeyName): ParsedExpression {
  if (text.trim() === '') throw new Error('An expression was expected');
  if (text.length > LENGTH_MAX) throw new Error(`Exceeded max expression length ${LENGTH_MAX}`);
  const { contexts, functions } = EXPRESSION_KEYS[key];
  const { tokens } = new Lexer(text).lex();
  const extra = functions.map((name) => ({ name, ...EXTRA_FUNCTIONS[name] }));
  const tree = new Parser(tokens, [...contexts], extra).parse();
  const words = tokens.map(({ lexeme }) => lexeme.toLowerCase());
  return {
    tree,
    reads: contexts.filter((name) => words.includes(name)),
    // A call is a name with a parenthesis behind it, whatever stands in strings.
    hasStatusFunction: words.some((word, at) => STATUS_NAMES.includes(word) && words[at + 1] === '('),
  };
}
