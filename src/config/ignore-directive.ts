import { closestName } from './did-you-mean.ts';

/** A comment in a file, without what marks it as one; indexes into the text. */
export interface DirectiveComment {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What a comment asks a linter to leave out. */
export interface IgnoreDirective {
  /** `statement`: what stands beside or below it; `file`: all of the file. */
  readonly scope: 'statement' | 'file';
  readonly rules: readonly string[];
  /** Empty where somebody forgot it: then the directive counts for nothing. */
  readonly reason: string;
  readonly comment: DirectiveComment;
}

/** A comment that was meant for the linter and says nothing that it knows. */
export interface UnknownDirective {
  readonly scope: 'unknown';
  /** The word that stands there: `glidepath-ignroe`. */
  readonly word: string;
  readonly meant: string | null;
  readonly comment: DirectiveComment;
}

/**
 * Reads `glidepath-ignore <rule>[, <rule>]: <reason>` and `glidepath-ignore-file …` in a comment. Null for every other
 * comment. The reason ends with the comment's first line.
 */
export function ignoreDirective(comment: DirectiveComment): IgnoreDirective | UnknownDirective | null {
  const [line = ''] = comment.text.trim().split(/[\r\n]/, 1);
  const [word = '', what = ''] = /^glidepath[-_ ](\w[\w-]*)/i.exec(line) ?? [];
  if (word === '') return null;
  if (word !== 'glidepath-ignore' && word !== 'glidepath-ignore-file') {
    const meant = closestName(what.replaceAll('_', '-'), ['ignore', 'ignore-file']);
    // Prose about Glidepath is nobody's slip.
    if (meant === null && !/^glidepath[-_]/.test(word)) return null;
    return { scope: 'unknown', word, meant: meant === null ? null : `glidepath-${meant}`, comment };
  }
  const rest = line.slice(word.length);
  const colon = rest.indexOf(':');
  const names = colon === -1 ? rest : rest.slice(0, colon);
  return {
    scope: word === 'glidepath-ignore' ? 'statement' : 'file',
    rules: names.split(/[\s,]+/).filter((name) => name !== ''),
    reason: colon === -1 ? '' : rest.slice(colon + 1).trim(),
    comment,
  };
}
