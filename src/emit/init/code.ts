/** One setting as it is written: code, or an object of its own. */
export interface CodeEntry {
  readonly key: string;
  readonly value: Code;
  /** Written above it. */
  readonly comment?: string | undefined;
}

/** Lists and imports are put into one line up to here, as formatters do. */
export const LINE_LENGTH_MAX = 100;

/** An expression as text; a list; an object, one setting a line; or such an object handed to a function. */
export type Code =
  | string
  | { readonly items: readonly string[] }
  | readonly CodeEntry[]
  | { readonly call: string; readonly entries: readonly CodeEntry[] };

/** A text in single quotes. */
export function quoted(text: string): string {
  return `'${text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", String.raw`\'`)
    .replaceAll('\n', String.raw`\n`)}'`;
}

/** A list of texts. */
export function listed(items: readonly string[]): Code {
  return { items: items.map(quoted) };
}

/** The text of an expression, as formatters write it; `before` are the columns that its line has already. */
export function codeText(code: Code, depth = 0, before = 0): string {
  if (typeof code === 'string') return code;
  if ('items' in code) return listText(code.items, depth, before);
  if ('call' in code)
    return `${code.call}(${code.entries.length === 0 ? '' : objectText(code.entries, depth)})`;
  return objectText(code, depth);
}

/** In one line where it fits, the comma after it included. */
function listText(items: readonly string[], depth: number, before: number): string {
  const line = `[${items.join(', ')}]`;
  if (before + line.length + 1 <= LINE_LENGTH_MAX) return line;
  const indent = '  '.repeat(depth + 1);
  return ['[', ...items.map((item) => `${indent}${item},`), `${'  '.repeat(depth)}]`].join('\n');
}

function objectText(entries: readonly CodeEntry[], depth: number): string {
  if (entries.length === 0) return '{}';
  const indent = '  '.repeat(depth + 1);
  const lines = entries.flatMap(({ key, value, comment }) => [
    ...(comment === undefined ? [] : [`${indent}// ${comment}`]),
    `${indent}${keyText(key)}: ${codeText(value, depth + 1, indent.length + keyText(key).length + 2)},`,
  ]);
  return ['{', ...lines, `${'  '.repeat(depth)}}`].join('\n');
}

/** Quotes only where they are needed. */
function keyText(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key);
}
