/** A text cut at its `${{ }}`. Offsets count characters from the start of the text. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'expression'; readonly text: string; readonly offset: number };

/** An opening `${{` that is never closed. */
export interface UnclosedTemplate {
  readonly unclosedAt: number;
}

const OPEN = '${{';
const CLOSE = '}}';

/** Cuts a text at its expressions. A `}}` inside of a quoted string does not close one; `''` is a quote in a string. */
export function splitTemplate(text: string): readonly TemplatePart[] | UnclosedTemplate {
  const parts: TemplatePart[] = [];
  let from = 0;
  for (;;) {
    const open = text.indexOf(OPEN, from);
    if (open === -1) break;
    const close = closingOf(text, open + OPEN.length);
    if (close === -1) return { unclosedAt: open };
    if (open > from) parts.push({ kind: 'text', text: text.slice(from, open) });
    const offset = open + OPEN.length;
    parts.push({ kind: 'expression', text: text.slice(offset, close), offset });
    from = close + CLOSE.length;
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) });
  return parts;
}

/** Whether a text holds an expression at all. */
export function hasExpression(text: string): boolean {
  return text.includes(OPEN);
}

function closingOf(text: string, from: number): number {
  let isQuoted = false;
  for (let at = from; at < text.length; at++) {
    if (text[at] === "'") isQuoted = !isQuoted;
    else if (!isQuoted && text.startsWith(CLOSE, at)) return at;
  }
  return -1;
}
