import { Lexer, Parser } from '@actions/expressions';
import {
  Binary,
  ContextAccess,
  type Expr,
  FunctionCall,
  Grouping,
  IndexAccess,
  Literal,
  Logical,
  Unary,
} from '@actions/expressions/ast';
import type { Span } from './source-file.ts';
import type { YamlScalar } from './yaml-tree.ts';

/** One expression of a workflow, with where it stands: the whole `${{ … }}`, or a bare `if`. */
export interface Expression extends Span {
  /** Without `${{` and `}}`. */
  readonly source: string;
  /** Null where it cannot be read: the syntax check says why. */
  readonly tree: Expr | null;
  /** What it reads: `github.event.pull_request.title`, `secrets`, `matrix.*`; in lower case. */
  readonly reads: readonly string[];
  /** The names of the functions that it calls, in lower case. */
  readonly calls: readonly string[];
}

/** Contexts of GitHub Actions (docs.github.com, "Contexts reference"). */
const CONTEXTS = [
  'github',
  'env',
  'vars',
  'job',
  'jobs',
  'steps',
  'runner',
  'secrets',
  'strategy',
  'matrix',
  'needs',
  'inputs',
];

/** What the runner knows beside the functions of the language (docs.github.com, "Status check functions"). */
const FUNCTIONS = ['success', 'failure', 'always', 'cancelled', 'hashFiles'].map((name) => ({
  name,
  minArgs: 0,
  maxArgs: Number.MAX_SAFE_INTEGER,
}));

/** Every `${{ … }}` in a scalar, at its place in the file. */
export function expressionsIn(scalar: YamlScalar | null): readonly Expression[] {
  if (scalar === null || !scalar.source.includes('${{')) return [];
  return [...scalar.source.matchAll(/\$\{\{((?:'[^']*'|[^'])*?)\}\}/gs)].map(
    ({ 0: whole, 1: inner = '', index }) =>
      expressionOf(inner, { start: scalar.start + index, end: scalar.start + index + whole.length }),
  );
}

/** What an `if` says: its text is an expression also without `${{`. Null where there is no condition. */
export function conditionOf(scalar: YamlScalar | null): Expression | null {
  if (scalar === null) return null;
  const text = scalar.text.trim();
  const fenced = /^\$\{\{(.*)\}\}$/s.exec(text);
  const isOne = fenced !== null && !(fenced[1] ?? '').includes('${{');
  return expressionOf(isOne ? (fenced[1] ?? '') : text, scalar);
}

/** Every node of an expression, from the outside in. */
export function treeNodes(tree: Expr | null): readonly Expr[] {
  return tree === null ? [] : [tree, ...partsOf(tree).flatMap(treeNodes)];
}

/** What a node reads: `github.actor`; null where it is no context. */
export function pathOf(node: Expr): string | null {
  if (node instanceof Grouping) return pathOf(node.group);
  if (node instanceof ContextAccess) return node.name.lexeme.toLowerCase();
  if (!(node instanceof IndexAccess)) return null;
  const before = pathOf(node.expr);
  if (before === null) return null;
  return `${before}.${node.index instanceof Literal ? node.index.literal.coerceString().toLowerCase() : '*'}`;
}

function expressionOf(source: string, { start, end }: Span): Expression {
  const tree = parsed(source);
  const nodes = treeNodes(tree);
  // `a.b.c` is read once, not as `a`, `a.b` and `a.b.c`.
  const inner = new Set(nodes.flatMap((node) => (node instanceof IndexAccess ? [node.expr] : [])));
  return {
    start,
    end,
    source: source.trim(),
    tree,
    reads: nodes.filter((node) => !inner.has(node)).flatMap((node) => pathOf(node) ?? []),
    calls: nodes.flatMap((node) =>
      node instanceof FunctionCall ? [node.functionName.lexeme.toLowerCase()] : [],
    ),
  };
}

function parsed(source: string): Expr | null {
  try {
    return new Parser(new Lexer(source).lex().tokens, CONTEXTS, FUNCTIONS).parse();
  } catch {
    return null;
  }
}

function partsOf(node: Expr): readonly Expr[] {
  if (node instanceof Binary) return [node.left, node.right];
  if (node instanceof Logical || node instanceof FunctionCall) return node.args;
  if (node instanceof Unary) return [node.expr];
  if (node instanceof Grouping) return [node.group];
  return node instanceof IndexAccess ? [node.expr, node.index] : [];
}
