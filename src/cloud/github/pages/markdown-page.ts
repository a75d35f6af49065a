import { html, raw } from 'hono/html';
import { markdownSpans, withoutEntities, type SafeHtml } from './markdown-spans.ts';

const FENCE = /^(`{3,})[ \t]*([\w-]*)[ \t]*$/u;
const HEADING = /^(#{1,6})[ \t]+(.*)$/u;
const ITEM = /^(?:[-*]|\d{1,9}\.)[ \t]+/u;
const DELIMITER = /^\|(?:[ \t]*:?-+:?[ \t]*\|)+[ \t]*$/u;
const SUMMARY = /^<details><summary>([^<>]*)<\/summary>$/u;
const DETAILS_END = '</details>';

/** Lines, and the one that is read next. */
interface Place {
  readonly lines: readonly string[];
  readonly at: number;
  /** The last line that ends a folded part; -1 where there is none. */
  readonly lastEnd: number;
}

/** Lines that belong together, as HTML, and where the next ones begin. */
interface Block {
  readonly html: SafeHtml;
  readonly end: number;
}

/**
 * What is written in comments and summaries as HTML: the Markdown that Glidepath itself writes (headings, tables,
 * lists, code, links, folded parts). Everything else is shown as the text it is, so nothing of it becomes markup. Pure.
 */
export function markdownPage(text: string): SafeHtml {
  return blocksOf(withoutComments(text.replaceAll('\r', '').split('\n')));
}

/** GitHub hides comments of HTML; those in code are code. */
function withoutComments(lines: readonly string[]): readonly string[] {
  const shown: string[] = [];
  let fence = 0;
  let isHidden = false;
  for (const line of lines) {
    const ticks = /^`{3,}/u.exec(line)?.[0].length ?? 0;
    if (isHidden || fence === 0) {
      const [rest, goesOn] = uncommented(line, isHidden);
      if (rest !== '' || line === '') shown.push(rest);
      isHidden = goesOn;
      fence = isHidden || rest !== line ? fence : ticks;
    } else {
      shown.push(line);
      if (ticks >= fence) fence = 0;
    }
  }
  return shown;
}

/** A line without what is hidden of it, and whether the next one begins hidden. */
function uncommented(line: string, isHidden: boolean): readonly [shown: string, goesOn: boolean] {
  let shown = '';
  let at = 0;
  let hidden = isHidden;
  for (;;) {
    const sign = hidden ? '-->' : '<!--';
    const found = line.indexOf(sign, at);
    if (!hidden) shown += line.slice(at, found === -1 ? line.length : found);
    if (found === -1) return [shown, hidden];
    at = found + sign.length;
    hidden = !hidden;
  }
}

function blocksOf(lines: readonly string[]): SafeHtml {
  const parts: SafeHtml[] = [];
  const lastEnd = lines.findLastIndex((line) => line.trim() === DETAILS_END);
  let at = 0;
  while (at < lines.length) {
    const place = { lines, at, lastEnd };
    const block =
      emptyLine(place) ??
      fence(place) ??
      heading(place) ??
      table(place) ??
      list(place) ??
      details(place) ??
      paragraph(place);
    parts.push(block.html);
    at = block.end;
  }
  return raw(parts.join('\n'));
}

function lineOf({ lines, at }: Place): string {
  return lines[at] ?? '';
}

/** The first line after `from` of which it is so; where the lines end otherwise. */
function next(lines: readonly string[], from: number, isSo: (line: string) => boolean): number {
  let at = from;
  while (at < lines.length && !isSo(lines[at] ?? '')) at += 1;
  return at;
}

function emptyLine(place: Place): Block | null {
  return lineOf(place).trim() === '' ? { html: raw(''), end: place.at + 1 } : null;
}

function fence(place: Place): Block | null {
  const { lines, at } = place;
  const [, ticks, language] = FENCE.exec(lineOf(place)) ?? [];
  if (ticks === undefined) return null;
  const isEnd = (line: string): boolean => /^`{3,}[ \t]*$/u.test(line) && line.trim().length >= ticks.length;
  const end = next(lines, at + 1, isEnd);
  const code = html`<pre>${lines.slice(at + 1, end).join('\n')}</pre>` as SafeHtml;
  // A picture is drawn by GitHub with a script; a page without one shows what it is drawn from when asked.
  const picture = html`<details>
    <summary>Diagram (Mermaid)</summary>
    ${code}
  </details>`;
  return { html: language === 'mermaid' ? (picture as SafeHtml) : code, end: end + 1 };
}

function heading(place: Place): Block | null {
  const [, signs = '', text] = HEADING.exec(lineOf(place)) ?? [];
  if (text === undefined) return null;
  // The page itself has the first two levels.
  const level = Math.max(3, signs.length);
  return { html: raw(`<h${level}>${markdownSpans(text)}</h${level}>`), end: place.at + 1 };
}

function table(place: Place): Block | null {
  const { lines, at } = place;
  const head = lineOf(place);
  if (!head.startsWith('|') || !DELIMITER.test(lines[at + 1] ?? '')) return null;
  const end = next(lines, at + 2, (line) => !line.startsWith('|'));
  const row = (line: string, tag: 'td' | 'th'): string =>
    `<tr>${cellsOf(line)
      .map((cell) => `<${tag}>${markdownSpans(cell)}</${tag}>`)
      .join('')}</tr>`;
  const rows = lines.slice(at + 2, end).map((line) => row(line, 'td'));
  return { html: raw(`<table>\n${[row(head, 'th'), ...rows].join('\n')}\n</table>`), end };
}

/** The cells of a row. A bar behind a backslash is no border, and loses it, even in code (GFM spec, 4.10). */
function cellsOf(line: string): readonly string[] {
  const cells = line
    .trim()
    .replace(/^\|/u, '')
    .split(/(?<!\\)\|/u);
  if (cells.at(-1)?.trim() === '') cells.pop();
  return cells.map((cell) => cell.trim().replaceAll(String.raw`\|`, '|'));
}

function list(place: Place): Block | null {
  const { lines, at } = place;
  if (!ITEM.test(lineOf(place))) return null;
  const end = next(lines, at, (line) => !ITEM.test(line));
  const items = lines.slice(at, end).map((line) => `<li>${markdownSpans(line.replace(ITEM, ''))}</li>`);
  const tag = /^\d/u.test(lineOf(place)) ? 'ol' : 'ul';
  return { html: raw(`<${tag}>${items.join('\n')}</${tag}>`), end };
}

function details(place: Place): Block | null {
  const { lines, at, lastEnd } = place;
  const summary = SUMMARY.exec(lineOf(place).trim())?.[1];
  if (summary === undefined || at > lastEnd) return null;
  const end = next(lines, at, (line) => line.trim() === DETAILS_END);
  const folded = html`<details>
    <summary>${withoutEntities(summary)}</summary>
    ${blocksOf(lines.slice(at + 1, end))}
  </details>`;
  return { html: folded as SafeHtml, end: end + 1 };
}

/** Lines up to the next block; they break where GitHub breaks them in comments. */
function paragraph({ lines, at }: Place): Block {
  const end = next(lines, at + 1, beginsBlock);
  const text = lines.slice(at, end).map((line) => markdownSpans(line.trim()));
  return { html: raw(`<p>${text.join('<br>\n')}</p>`), end };
}

function beginsBlock(line: string): boolean {
  const trimmed = line.trim();
  if (trimmed === '' || line.startsWith('|')) return true;
  return [FENCE, HEADING, ITEM, SUMMARY].some((pattern) => pattern.test(trimmed));
}
