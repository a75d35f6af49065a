import { expandBraces } from '../config/expand-braces.ts';

/** Everything that means something else in a regular expression, and nothing here. */
const SPECIAL = /[.+^${}()|[\]\\]/g;

/**
 * Whether a path, with `/` between its folders, matches a pattern: `*` is anything but a slash, `**` any number of
 * folders, `?` one character, `{a,b}` either, and a pattern that ends in a slash everything below.
 */
export function matchesGlob(pattern: string, path: string): boolean {
  return expandBraces(pattern).some((each) => matchesPlain(each, path));
}

function matchesPlain(pattern: string, path: string): boolean {
  const whole = pattern.endsWith('/') ? `${pattern}**` : pattern;
  return new RegExp(`^${sourceOf(whole.replace(/^\.?\//, ''))}$`, 'u').test(path);
}

/** `**` may stand for no folder at all: `docs/**\/*.md` matches `docs/a.md`. */
function sourceOf(pattern: string): string {
  return pattern
    .split(/(\*\*\/|\*\*|\*|\?)/)
    .map((part) => {
      if (part === '**/') return '(?:.*/)?';
      if (part === '**') return '.*';
      if (part === '*') return '[^/]*';
      return part === '?' ? '[^/]' : part.replaceAll(SPECIAL, String.raw`\$&`);
    })
    .join('');
}
