import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

/** HTML that is safe to put into a page. */
export type SafeHtml = HtmlEscapedString;

/** Characters that a backslash takes the meaning from (GFM spec, 2.4). */
const ESCAPED = /^\\([!-/:-@[-`{-~])/u;
const TICKS = /^`+/u;
/** What is longer than this between its signs is text: no line takes long to read. */
const LINK = /^\[((?:\\.|[^\]\\]){0,1000})\]\((https?:\/\/[^()\s<>]{1,4000})\)/u;
const ADDRESS = /^https?:\/\/[^\s<>|`"']{0,4000}[^\s<>|`"'.,:;!?()*_]/u;
const STRONG = /^\*\*(?=\S)((?:\\.|[^*\\]){1,1000})\*\*/u;
const ENTITY = /^&(amp|lt|gt|quot|#39|nbsp);/u;
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
  nbsp: '\u00A0',
};
/** What can begin with any of these is looked at; text between them is taken whole. */
const PLAIN = /^[^\\`[*&h]+/u;

/** A piece of a line, and how many characters of it that is. */
interface Span {
  readonly html: SafeHtml;
  readonly length: number;
}

/** The Markdown within a line as HTML: code, links to the web, bold text. All else of it is text. Pure. */
export function markdownSpans(text: string): SafeHtml {
  const parts: SafeHtml[] = [];
  let at = 0;
  while (at < text.length) {
    const { html: part, length } = spanOf(text.slice(at));
    parts.push(part);
    at += length;
  }
  return raw(parts.join(''));
}

/** Text in which entities stand for characters, as text. Pure. */
export function withoutEntities(text: string): string {
  return text.replaceAll(/&(amp|lt|gt|quot|#39|nbsp);/gu, (_, name: string) => ENTITIES[name] ?? '');
}

function spanOf(rest: string): Span {
  const escaped = ESCAPED.exec(rest)?.[1];
  if (escaped !== undefined) return { html: text(escaped), length: 2 };
  const entity = ENTITY.exec(rest);
  if (entity !== null) return { html: text(withoutEntities(entity[0])), length: entity[0].length };
  return codeSpan(rest) ?? linkSpan(rest) ?? strongSpan(rest) ?? textSpan(rest);
}

function codeSpan(rest: string): Span | null {
  const [ticks] = TICKS.exec(rest) ?? [];
  if (ticks === undefined) return null;
  const end = endOfCode(rest, ticks.length);
  if (end === null) return { html: text(ticks), length: ticks.length };
  const inner = rest.slice(ticks.length, end);
  const isPadded = inner.startsWith(' ') && inner.endsWith(' ') && inner.trim() !== '';
  const shown = isPadded ? inner.slice(1, -1) : inner;
  return { html: html`<code>${shown}</code>` as SafeHtml, length: end + ticks.length };
}

/** Where the run of exactly as many backticks begins that ends a code span. */
function endOfCode(rest: string, length: number): number | null {
  for (const found of rest.slice(length).matchAll(/`+/gu))
    if (found[0].length === length) return length + found.index;
  return null;
}

function linkSpan(rest: string): Span | null {
  const found = LINK.exec(rest);
  if (found !== null) {
    const [whole, label = '', url = ''] = found;
    return { html: anchor(url, markdownSpans(label)), length: whole.length };
  }
  const [address] = ADDRESS.exec(rest) ?? [];
  return address === undefined ? null : { html: anchor(address, text(address)), length: address.length };
}

function anchor(url: string, label: SafeHtml): SafeHtml {
  return html`<a href="${url}">${label}</a>` as SafeHtml;
}

function strongSpan(rest: string): Span | null {
  const [whole, inner] = STRONG.exec(rest) ?? [];
  if (whole === undefined || inner === undefined) return null;
  return { html: html`<strong>${markdownSpans(inner)}</strong>` as SafeHtml, length: whole.length };
}

function textSpan(rest: string): Span {
  const plain = PLAIN.exec(rest)?.[0] ?? rest.slice(0, 1);
  return { html: text(plain), length: plain.length };
}

function text(value: string): SafeHtml {
  return html`${value}` as SafeHtml;
}
