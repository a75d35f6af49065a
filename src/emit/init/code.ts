/** One setting as it is written: code, or an object of its own. */
export interface CodeEntry {
  readonly key: string;
  readonly value: Code;
  /** Written above it. */
  readonly comment?: string | undefined;
}

/** An expression as text; an object, one setting a line; or such an object handed to a function. */
export type Code =
  | string
  | readonly CodeEntry[]
  | { readonly call: string; readonly entries: readonly CodeEntry[] };

/** A text in single quotes. */
export function quoted(text: string): string {
  return `'${text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", String.raw`\'`)
    .replaceAll('\n', String.raw`\n`)}'`;
}

/** A list in one line. */
export function listed(items: readonly string[]): string {
  return `[${items.map(quoted).join(', ')}]`;
}

/** The text of an expression, as formatters write it. */
export function codeText(code: Code, depth = 0): string {
  if (typeof code === 'string') return code;
  if ('call' in code)
    return `${code.call}(${code.entries.length === 0 ? '' : objectText(code.entries, depth)})`;
  return objectText(code, depth);
}

function objectText(entries: readonly CodeEntry[], depth: number): string {
  if (entries.length === 0) return '{}';
  const indent = '  '.repeat(depth + 1);
  const lines = entries.flatMap(({ key, value, comment }) => [
    ...(comment === undefined ? [] : [`${indent}// ${comment}`]),
    `${indent}${keyText(key)}: ${codeText(value, depth + 1)},`,
  ]);
  return ['{', ...lines, `${'  '.repeat(depth)}}`].join('\n');
}

/** Quotes only where they are needed. */
function keyText(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key);
}
