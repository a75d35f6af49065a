/** Signs that mean something in GitHub's Markdown; a backslash takes that away from any of them (GFM spec, 2.4). */
const SIGNS = /[\\`*_{}[\]()#+\-.!|~>$]/g;
/** No name becomes a mention and no number a link to an issue: nobody is told of a comment by what a branch is called. */
const ZERO_WIDTH = '\u200B';

/** A text that is shown as it is, in one line: of a table, a list, or a sentence. Pure. */
export function plain(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(SIGNS, '\\$&')
    .replaceAll('@', `@${ZERO_WIDTH}`)
    .replaceAll('\\#', `\\#${ZERO_WIDTH}`)
    .replaceAll(/:\/\//g, `:${ZERO_WIDTH}//`);
}

/** A text in letters of one width, in one line. A table would end at a bar even within them. Pure. */
export function code(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  if (line === '') return '';
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${line.replaceAll('|', '\\|')}${pad}${fence}`;
}

/** A link to an address of the web; only its text where it is none. Pure. */
export function link(text: string, url: string | null): string {
  const parsed = url === null ? null : URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return plain(text);
  const address = parsed.href.replaceAll(/[()<>|\\]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  return `[${plain(text)}](${address})`;
}

/** Lines that something printed, as they are: inside a fence that none of them can end. Pure. */
export function block(lines: readonly string[], language = 'text'): string {
  const longest = Math.max(
    2,
    ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map(([ticks]) => ticks.length)),
  );
  const fence = '`'.repeat(longest + 1);
  return [`${fence}${language}`, ...lines, fence].join('\n');
}

/**
 * A table of names and values. The first pair is its heading: GitHub shows a row of empty cells above a table without
 * one, and screen readers read it. Pure.
 */
export function factTable(facts: readonly (readonly [name: string, value: string])[]): string {
  const [head = [], ...rows] = facts;
  return table(head, rows);
}

/** A table; its cells are Markdown already. Pure. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
