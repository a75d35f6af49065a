import type { DirectiveComment } from '../../config/ignore-directive.ts';
import type { FileKind } from '../read/file-kind.ts';

/** Comments of YAML, TOML, shell and Dockerfiles, the checksum of a generated file left aside; those of Markdown. */
const HASH = /(?:^|[ \t])#[ \t]*(glidepath(?!-checksum:)[^\n]*)/gim;
const MARKUP = /<!--\s*(glidepath(?!-checksum:)[\s\S]*?)-->/gi;

/** Code of Markdown: fences, and what stands between backticks of one line. What is shown there is no comment. */
const CODE =
  /^[ \t]*(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^[ \t]*\1[ \t]*$|$(?![\s\S]))|(`+)(?!`)[^\n]*?[^`\n]\2(?!`)/gm;

/** The comments of a file that speak to Glidepath. */
export function directiveComments(text: string, kind: FileKind): readonly DirectiveComment[] {
  const isDocument = kind === 'document';
  // Of the same length, so that places stay.
  const read = isDocument ? text.replaceAll(CODE, (code) => code.replaceAll(/[^\n]/g, ' ')) : text;
  return [...read.matchAll(isDocument ? MARKUP : HASH)].map(({ 0: whole, 1: said = '', index }) => ({
    text: said.trimEnd(),
    start: index + whole.indexOf(isDocument ? '<' : '#'),
    end: index + whole.trimEnd().length,
  }));
}

/** Lines from 1, both inclusive. */
export interface LineReach {
  readonly from: number;
  readonly to: number;
}

/**
 * The lines that a directive speaks of: its own where something stands before it, else the next one; with all that is
 * indented deeper below. In a document the next paragraph, or the next fence.
 */
export function directiveReach(lines: readonly string[], line: number, kind: FileKind): LineReach {
  if (kind === 'document') return paragraphBelow(lines, line);
  const isComment = (text: string): boolean => /^\s*(#|$)/.test(text);
  let first = line;
  while (first <= lines.length && isComment(lines[first - 1] ?? '')) first += 1;
  const depth = indentOf(lines[first - 1] ?? '');
  let last = first;
  for (let at = first + 1; at <= lines.length; at += 1) {
    const text = lines[at - 1] ?? '';
    if (text.trim() === '') continue;
    if (indentOf(text) <= depth) break;
    last = at;
  }
  return { from: first, to: last };
}

function paragraphBelow(lines: readonly string[], line: number): LineReach {
  let first = line + 1;
  while (first <= lines.length && (lines[first - 1] ?? '').trim() === '') first += 1;
  const isFence = (lines[first - 1] ?? '').trim().startsWith('```');
  let last = first;
  for (let at = first + 1; at <= lines.length; at += 1) {
    const text = (lines[at - 1] ?? '').trim();
    if (!isFence && text === '') break;
    last = at;
    if (isFence && text.startsWith('```')) break;
  }
  return { from: first, to: last };
}

function indentOf(text: string): number {
  return text.length - text.trimStart().length;
}
