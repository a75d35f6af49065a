import { paint } from './paint.ts';
import { wrapWords } from './wrap-words.ts';

/** Longer lines are hard to read, however wide the terminal is. */
const WIDTH_MAX = 100;

/** A page of the documentation for a terminal: headings bold, code as it stands, text as wide as the terminal. */
export function renderPage(page: string, { color, width }: { color: boolean; width: number }): string {
  const { bold, dim } = paint(color);
  const columns = Math.min(width, WIDTH_MAX);
  let isCode = false;
  const lines = joined(page).flatMap((line) => {
    if (line.startsWith('```')) {
      isCode = !isCode;
      return [];
    }
    if (isCode) return [dim(`    ${line}`)];
    if (line.startsWith('#')) return [bold(plain(line.replace(/^#+ /, '')))];
    if (/^\*\*.*\*\*$/.test(line)) return [bold(plain(line))];
    const [, mark = '', text = line] = /^(- |\d+\. )(.*)$/.exec(line) ?? [];
    const [first = '', ...rest] = wrapWords(plain(text), Math.max(20, columns - mark.length));
    return [mark + first, ...rest.map((each) => ' '.repeat(mark.length) + each)];
  });
  return `${lines.join('\n').trimEnd()}\n`;
}

/** Lines as paragraphs and list items: in the file they are broken at some width. */
function joined(page: string): readonly string[] {
  const lines: string[] = [];
  let isCode = false;
  for (const line of page.split('\n')) {
    if (line.startsWith('```')) isCode = !isCode;
    const last = lines.at(-1) ?? '';
    const isText = !isCode && line !== '' && last !== '' && !/^(#|- |\d+\. |\||```|\*\*)/.test(line);
    if (isText && !/^(#|\||```|\*\*.*\*\*$)/.test(last)) lines[lines.length - 1] = `${last} ${line.trim()}`;
    else lines.push(line);
  }
  return lines;
}

/** Without the marks of Markdown, and with the text of links alone. */
function plain(text: string): string {
  return text.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1').replaceAll(/\*\*([^*]+)\*\*/g, '$1');
}
