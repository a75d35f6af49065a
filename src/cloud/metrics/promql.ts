/** How a label must be for a series to be taken; regular expressions match the whole value (Prometheus docs). */
export interface LabelMatcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** The part of PromQL that is understood here. A `range` of 0 is an instant, else seconds. */
export type PromQuery =
  | {
      readonly kind: 'select';
      readonly metric: string;
      readonly matchers: readonly LabelMatcher[];
      readonly rangeS: number;
    }
  | { readonly kind: 'increase' | 'rate'; readonly of: PromQuery & { readonly kind: 'select' } }
  | { readonly kind: 'sum'; readonly by: readonly string[]; readonly of: PromQuery }
  | { readonly kind: 'quantile'; readonly fraction: number; readonly of: PromQuery };

/** A query that is no PromQL, or none of the part that is understood. */
export class PromQueryError extends Error {
  override readonly name: string = 'PromQueryError';
}

const TOKEN =
  /\s*(?:([a-zA-Z_:][\w:]*)|(\d+(?:\.\d+)?(?:ms|[smhd])?|\.\d+)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(=~|!~|!=|[(){}[\],=]))/uy;
/** Longer ones are no query of a person or a tool. */
const QUERY_LENGTH_MAX = 4_000;
/** Parts in parts; the sensible ones have three. */
const DEPTH_MAX = 8;
const UNIT_S: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400 };

/** Reads `sum by (…) (…)`, `increase(…[5m])`, `rate(…[5m])`, `histogram_quantile(0.95, …)` and plain selectors. */
export function parsePromQuery(text: string): PromQuery {
  const tokens = new Tokens(text);
  const query = expression(tokens, 0);
  tokens.end();
  if (query.kind === 'select' && query.rangeS > 0)
    throw new PromQueryError('a range is no value of an instant query: use increase() or rate()');
  return query;
}

function expression(tokens: Tokens, depth: number): PromQuery {
  if (depth > DEPTH_MAX) throw new PromQueryError('nested too deeply');
  if (tokens.take('(')) {
    const inner = expression(tokens, depth + 1);
    tokens.expect(')');
    return inner;
  }
  const name = tokens.word();
  if (name === 'sum') return sum(tokens, depth);
  if (name === 'histogram_quantile') return quantile(tokens, depth);
  if (name === 'increase' || name === 'rate') {
    tokens.expect('(');
    const of = expression(tokens, depth + 1);
    tokens.expect(')');
    if (of.kind !== 'select' || of.rangeS === 0)
      throw new PromQueryError(`expected type range vector in call to function "${name}"`);
    return { kind: name, of };
  }
  if (tokens.peek() === '(') throw new PromQueryError(`unknown function with name "${name}"`);
  return selector(tokens, name);
}

/** The labels stand before or behind what is summed. */
function sum(tokens: Tokens, depth: number): PromQuery {
  const before = grouping(tokens);
  tokens.expect('(');
  const of = instant(expression(tokens, depth + 1), 'sum');
  tokens.expect(')');
  return { kind: 'sum', by: before ?? grouping(tokens) ?? [], of };
}

function grouping(tokens: Tokens): string[] | null {
  if (!tokens.take('by')) return null;
  tokens.expect('(');
  const labels: string[] = [];
  while (!tokens.take(')')) {
    if (labels.length > 0) tokens.expect(',');
    labels.push(tokens.word());
  }
  return labels;
}

function quantile(tokens: Tokens, depth: number): PromQuery {
  tokens.expect('(');
  const fraction = tokens.number();
  tokens.expect(',');
  const of = instant(expression(tokens, depth + 1), 'histogram_quantile');
  tokens.expect(')');
  return { kind: 'quantile', fraction, of };
}

function instant(query: PromQuery, name: string): PromQuery {
  if (query.kind !== 'select' || query.rangeS === 0) return query;
  throw new PromQueryError(`expected type instant vector in "${name}", got range vector`);
}

function selector(tokens: Tokens, metric: string): PromQuery {
  const matchers: LabelMatcher[] = [];
  if (tokens.take('{')) {
    while (!tokens.take('}')) {
      if (matchers.length > 0) tokens.expect(',');
      matchers.push(matcher(tokens));
    }
  }
  if (!tokens.take('[')) return { kind: 'select', metric, matchers, rangeS: 0 };
  const rangeS = tokens.duration();
  tokens.expect(']');
  return { kind: 'select', metric, matchers, rangeS };
}

function matcher(tokens: Tokens): LabelMatcher {
  const label = tokens.word();
  const operator = tokens.next();
  if (operator !== '=' && operator !== '!=' && operator !== '=~' && operator !== '!~')
    throw new PromQueryError(`unexpected "${operator}" after label ${label}`);
  const value = tokens.text();
  if (operator.includes('~')) compiled(value);
  return { label, operator, value };
}

/** Whether a label's value is as the matcher wants it. */
export function isMatch({ operator, value }: LabelMatcher, actual: string): boolean {
  const isSame = operator.includes('~') ? compiled(value).test(actual) : actual === value;
  return operator.startsWith('!') ? !isSame : isSame;
}

/** RE2 and JavaScript agree on what such queries hold; what JavaScript cannot read is refused. */
function compiled(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u');
  } catch {
    throw new PromQueryError(`invalid regular expression "${pattern}"`);
  }
}

class Tokens {
  readonly #all: readonly string[];
  #at = 0;

  constructor(text: string) {
    if (text.length > QUERY_LENGTH_MAX) throw new PromQueryError('the query is too long');
    const all: string[] = [];
    const rest = text.trimEnd();
    for (TOKEN.lastIndex = 0; TOKEN.lastIndex < rest.length;) {
      const from = TOKEN.lastIndex;
      const token = TOKEN.exec(rest)?.[0];
      if (token === undefined) throw new PromQueryError(`unexpected "${rest.slice(from, from + 20).trim()}"`);
      all.push(token.trim());
    }
    this.#all = all;
  }

  peek(): string {
    return this.#all[this.#at] ?? 'end of input';
  }

  next(): string {
    const token = this.peek();
    this.#at += 1;
    return token;
  }

  take(token: string): boolean {
    if (this.peek() !== token) return false;
    this.#at += 1;
    return true;
  }

  expect(token: string): void {
    if (!this.take(token)) throw new PromQueryError(`expected "${token}", got "${this.peek()}"`);
  }

  word(): string {
    const token = this.next();
    if (!/^[a-zA-Z_:]/u.test(token) || token === 'end of input')
      throw new PromQueryError(`expected a name, got "${token}"`);
    return token;
  }

  number(): number {
    const token = this.next();
    const value = Number(token);
    if (Number.isNaN(value)) throw new PromQueryError(`expected a number, got "${token}"`);
    return value;
  }

  duration(): number {
    const token = this.next();
    const [, count, unit] = /^(\d+(?:\.\d+)?)(ms|[smhd])$/u.exec(token) ?? [];
    const seconds = Number(count) * (UNIT_S[unit ?? ''] ?? Number.NaN);
    if (!(seconds >= 1)) throw new PromQueryError(`expected a duration of a second or more, got "${token}"`);
    return seconds;
  }

  text(): string {
    const token = this.next();
    if (!/^["']/u.test(token)) throw new PromQueryError(`expected a string, got "${token}"`);
    return token.slice(1, -1).replaceAll(/\\(.)/gu, '$1');
  }

  end(): void {
    if (this.#at < this.#all.length) throw new PromQueryError(`unexpected "${this.peek()}"`);
  }
}
