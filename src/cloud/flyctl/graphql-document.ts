/** A value of an argument, before variables are put in. */
type ArgumentValue =
  | { readonly kind: 'literal'; readonly value: unknown }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly ArgumentValue[] }
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, ArgumentValue>> };

/** What is asked of a thing: a field, or what stands in a fragment. */
export type Selection =
  | {
      readonly kind: 'field';
      readonly name: string;
      /** The name in the answer. */
      readonly alias: string;
      readonly args: Readonly<Record<string, ArgumentValue>>;
      readonly selections: readonly Selection[] | null;
    }
  | { readonly kind: 'spread'; readonly name: string }
  | { readonly kind: 'inline'; readonly selections: readonly Selection[] };

/** One query or mutation of a document. */
export interface Operation {
  readonly type: string;
  readonly name: string | null;
  /** Values of variables that are not given. */
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly selections: readonly Selection[];
}

/** A document as far as flyctl writes them: operations and fragments, without directives and subscriptions. */
export interface GraphqlDocument {
  readonly operations: readonly Operation[];
  readonly fragments: ReadonlyMap<string, readonly Selection[]>;
}

/** A document that cannot be read. */
export class GraphqlSyntaxError extends Error {
  override readonly name: string = 'GraphqlSyntaxError';
}

const TOKEN =
  /(?:[\s,]|#[^\n]*)*(?:(\.{3}|[{}()[\]:!=$@])|([_A-Za-z]\w*)|(-?\d+(?:\.\d+)?)|("(?:[^"\\\n]|\\.)*"))/uy;
/** Selections in selections; flyctl's deepest has seven. */
const DEPTH_MAX = 20;

/** Reads a document (GraphQL October 2021, section 2). Throws {@link GraphqlSyntaxError}. */
export function parseGraphql(text: string): GraphqlDocument {
  const tokens = tokensOf(text);
  const operations: Operation[] = [];
  const fragments = new Map<string, readonly Selection[]>();
  while (tokens.peek() !== '') {
    if (tokens.take('fragment')) {
      const name = tokens.name();
      tokens.expect('on');
      tokens.name();
      fragments.set(name, selectionSet(tokens, 0));
    } else {
      operations.push(operation(tokens));
    }
  }
  return { operations, fragments };
}

interface Tokens {
  peek(): string;
  next(): string;
  take(token: string): boolean;
  expect(token: string): void;
  name(): string;
}

function tokensOf(text: string): Tokens {
  const all: string[] = [];
  const rest = text.replace(/(?:[\s,]|#[^\n]*)+$/u, '');
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < rest.length;) {
    const from = TOKEN.lastIndex;
    const [, punctuator, name, number, string] = TOKEN.exec(rest) ?? [];
    const token = punctuator ?? name ?? number ?? string;
    if (token === undefined) throw new GraphqlSyntaxError(`unexpected ${rest.slice(from, from + 20).trim()}`);
    all.push(token);
  }
  let at = 0;
  const tokens: Tokens = {
    peek: () => all[at] ?? '',
    next: () => all[at++] ?? '',
    take: (token) => tokens.peek() === token && tokens.next() === token,
    expect(token) {
      if (!tokens.take(token))
        throw new GraphqlSyntaxError(`expected ${token}, got ${tokens.peek() || 'the end'}`);
    },
    name() {
      const token = tokens.next();
      if (!/^[_A-Za-z]/u.test(token))
        throw new GraphqlSyntaxError(`expected a name, got ${token || 'the end'}`);
      return token;
    },
  };
  return tokens;
}

function operation(tokens: Tokens): Operation {
  if (tokens.peek() === '{')
    return { type: 'query', name: null, defaults: {}, selections: selectionSet(tokens, 0) };
  const type = tokens.name();
  if (type !== 'query' && type !== 'mutation') throw new GraphqlSyntaxError(`${type} is not understood`);
  const name = /^[_A-Za-z]/u.test(tokens.peek()) ? tokens.name() : null;
  const defaults: Record<string, unknown> = {};
  if (tokens.take('(')) {
    while (!tokens.take(')')) {
      tokens.expect('$');
      const variable = tokens.name();
      tokens.expect(':');
      skipType(tokens);
      if (tokens.take('=')) defaults[variable] = valueOf(argument(tokens, 0), {});
    }
  }
  return { type, name, defaults, selections: selectionSet(tokens, 0) };
}

function skipType(tokens: Tokens): void {
  if (tokens.take('[')) {
    skipType(tokens);
    tokens.expect(']');
  } else {
    tokens.name();
  }
  tokens.take('!');
}

function selectionSet(tokens: Tokens, depth: number): readonly Selection[] {
  if (depth > DEPTH_MAX) throw new GraphqlSyntaxError('nested too deeply');
  tokens.expect('{');
  const selections: Selection[] = [];
  while (!tokens.take('}')) selections.push(selection(tokens, depth));
  return selections;
}

function selection(tokens: Tokens, depth: number): Selection {
  if (tokens.take('...')) {
    if (tokens.take('on')) tokens.name();
    else if (tokens.peek() !== '{') return { kind: 'spread', name: tokens.name() };
    return { kind: 'inline', selections: selectionSet(tokens, depth + 1) };
  }
  const first = tokens.name();
  const name = tokens.take(':') ? tokens.name() : first;
  const args: Record<string, ArgumentValue> = {};
  if (tokens.take('(')) {
    while (!tokens.take(')')) {
      const key = tokens.name();
      tokens.expect(':');
      args[key] = argument(tokens, 0);
    }
  }
  const selections = tokens.peek() === '{' ? selectionSet(tokens, depth + 1) : null;
  return { kind: 'field', name, alias: first, args, selections };
}

function argument(tokens: Tokens, depth: number): ArgumentValue {
  if (depth > DEPTH_MAX) throw new GraphqlSyntaxError('nested too deeply');
  if (tokens.take('$')) return { kind: 'variable', name: tokens.name() };
  if (tokens.take('[')) {
    const items: ArgumentValue[] = [];
    while (!tokens.take(']')) items.push(argument(tokens, depth + 1));
    return { kind: 'list', items };
  }
  if (tokens.take('{')) {
    const fields: Record<string, ArgumentValue> = {};
    while (!tokens.take('}')) {
      const key = tokens.name();
      tokens.expect(':');
      fields[key] = argument(tokens, depth + 1);
    }
    return { kind: 'object', fields };
  }
  return { kind: 'literal', value: literal(tokens.next()) };
}

function literal(token: string): unknown {
  if (token === 'null') return null;
  if (token === 'true' || token === 'false') return token === 'true';
  if (/^[-\d"]/u.test(token)) return JSON.parse(token) as unknown;
  // The value of an enumeration.
  if (/^[_A-Za-z]/u.test(token)) return token;
  throw new GraphqlSyntaxError(`expected a value, got ${token || 'the end'}`);
}

/** An argument with the variables put in. */
export function valueOf(value: ArgumentValue, variables: Readonly<Record<string, unknown>>): unknown {
  switch (value.kind) {
    case 'literal':
      return value.value;
    case 'variable':
      return variables[value.name];
    case 'list':
      return value.items.map((item) => valueOf(item, variables));
    default:
      return Object.fromEntries(
        Object.entries(value.fields).map(([key, field]) => [key, valueOf(field, variables)]),
      );
  }
}
