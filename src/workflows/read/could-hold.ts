import { data, type Expr } from '@actions/expressions';
import {
  Binary,
  FunctionCall,
  Grouping,
  IndexAccess,
  Literal,
  Logical,
  Unary,
} from '@actions/expressions/ast';
import { pathOf, treeNodes } from './expression.ts';

/** How a job ended (docs.github.com, "needs context"). */
export type JobResult = 'success' | 'failure' | 'cancelled' | 'skipped';

/** That a context is a text, or is another one than it. */
export interface Fact {
  /** In lower case: `inputs.action`. */
  readonly path: string;
  readonly text: string;
  readonly isEqual: boolean;
}

/** What is taken for granted when a condition is judged. Whatever it does not say could be anything. */
export interface Assumed {
  /** Of the jobs before, by id in lower case. */
  readonly results: ReadonlyMap<string, JobResult>;
  readonly isCancelled: boolean;
  readonly facts: readonly Fact[];
}

/** Null: it could be anything. */
type Value = string | boolean | null;

/** Whether a condition could hold. Pure; a condition that cannot be read could. */
export function couldHold(tree: Expr | null, assumed: Assumed): boolean {
  return tree === null || truthOf(valueOf(tree, assumed)) !== false;
}

/** What has to be so wherever a condition holds: each `a == 'b'` and `a != 'b'` that it asks for. */
export function factsOf(tree: Expr | null): readonly Fact[] {
  if (tree instanceof Grouping) return factsOf(tree.group);
  if (tree instanceof Logical && tree.operator.lexeme === '&&') return tree.args.flatMap(factsOf);
  if (!(tree instanceof Binary) || !/^[=!]=$/.test(tree.operator.lexeme)) return [];
  const sides = [
    [tree.left, tree.right],
    [tree.right, tree.left],
  ] as const;
  return sides.flatMap(([side, other]) => {
    const path = pathOf(side);
    const isText = other instanceof Literal && other.literal instanceof data.StringData;
    return path === null || !isText
      ? []
      : [{ path, text: other.literal.coerceString(), isEqual: tree.operator.lexeme === '==' }];
  });
}

function truthOf(value: Value): boolean | null {
  return value === null ? null : value !== false && value !== '';
}

function valueOf(node: Expr, assumed: Assumed): Value {
  if (node instanceof Grouping) return valueOf(node.group, assumed);
  if (node instanceof Literal) return literalOf(node);
  if (node instanceof Unary) {
    const truth = truthOf(valueOf(node.expr, assumed));
    return truth === null ? null : !truth;
  }
  if (node instanceof Logical) return logicalOf(node, assumed);
  if (node instanceof Binary) return comparedOf(node, assumed);
  if (node instanceof FunctionCall) return calledOf(node, assumed);
  if (node instanceof IndexAccess) return readOf(pathOf(node) ?? '', assumed);
  return null;
}

function literalOf({ literal }: Literal): Value {
  if (literal instanceof data.BooleanData) return literal.value;
  return literal instanceof data.StringData ? literal.value : null;
}

function logicalOf({ operator, args }: Logical, assumed: Assumed): Value {
  const values = args.map((arg) => valueOf(arg, assumed));
  const deciding = operator.lexeme === '||';
  const decided = values.find((value) => truthOf(value) === deciding);
  if (decided !== undefined) return decided;
  return values.includes(null) ? null : (values.at(-1) ?? null);
}

function comparedOf(node: Binary, assumed: Assumed): Value {
  const operator = node.operator.lexeme;
  if (operator !== '==' && operator !== '!=') return null;
  const [left, right] = [valueOf(node.left, assumed), valueOf(node.right, assumed)];
  if (left === null || right === null) return excludedBy(node, assumed) ? operator === '!=' : null;
  // As GitHub does: without regard to case.
  const isSame = String(left).toLowerCase() === String(right).toLowerCase();
  return operator === '==' ? isSame : !isSame;
}

/** Whether it is known that the two sides differ. */
function excludedBy(node: Binary, { facts }: Assumed): boolean {
  return factsOf(node).some(({ path, text }) =>
    facts.some((fact) => !fact.isEqual && fact.path === path && fact.text === text),
  );
}

function calledOf({ functionName, args }: FunctionCall, { results, isCancelled }: Assumed): Value {
  const ended = [...results.values()];
  switch (functionName.lexeme.toLowerCase()) {
    case 'always':
      return true;
    case 'cancelled':
      return isCancelled;
    case 'failure':
      return ended.includes('failure');
    case 'success':
      return !isCancelled && ended.every((result) => result === 'success');
    case 'contains':
      return containsOf(args, ended);
    default:
      return null;
  }
}

/** `contains(needs.*.result, 'failure')`, also of the results in one text. */
function containsOf([where, what]: readonly Expr[], ended: readonly string[]): Value {
  if (where === undefined || !(what instanceof Literal)) return null;
  const isOfResults = treeNodes(where).some((node) => pathOf(node) === 'needs.*.result');
  return isOfResults ? ended.includes(what.literal.coerceString().toLowerCase()) : null;
}

function readOf(path: string, { results, facts }: Assumed): Value {
  const need = /^needs\.([^.]+)\.result$/.exec(path)?.[1];
  if (need !== undefined) return results.get(need) ?? null;
  return facts.find((fact) => fact.isEqual && fact.path === path)?.text ?? null;
}
