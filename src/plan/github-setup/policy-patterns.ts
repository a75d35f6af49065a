/**
 * A pattern of branches or tags for environments and rulesets, which are matched by Ruby's fnmatch with FNM_PATHNAME and
 * not like the filters of GitHub workflows: there is no `+`, `?` is any one character, and `**` means something before a
 * slash alone. Several where one cannot say it. What cannot be said exactly becomes wider, never narrower;
 * `glidepath gates` looks at the ref once more, exactly.
 * (docs.github.com, "Managing environments for deployment", deployment branches and tags)
 */
export function policyPatterns(pattern: string): readonly string[] {
  let patterns = [''];
  for (let at = 0; at < pattern.length;) {
    const atom = atomAt(pattern, at);
    const before = pattern[at - 1] ?? '/';
    at += atom.length;
    const next = pattern[at] ?? '';
    const isRepeated = !atom.startsWith('*') && (next === '?' || next === '+');
    if (isRepeated) at += 1;
    const forms = formsOf(atom, { before, next, isRepeated });
    patterns = patterns.flatMap((start) => forms.map((form) => start + form));
  }
  // Two asterisks amid a name are one to fnmatch, and could be taken for more.
  return [...new Set(patterns.map((each) => each.replace(/(?<=[^/*])\*+/g, '*')))];
}

function formsOf(
  atom: string,
  { before, next, isRepeated }: { before: string; next: string; isRepeated: boolean },
): readonly string[] {
  if (atom === '**') {
    if (before !== '/') return ['*', '*/**/*'];
    return next === '/' ? ['*', '**/*'] : ['**/*'];
  }
  if (!isRepeated) return [atom];
  // None or one, or one or more of it: of anything, then, but a slash is not reached by an asterisk.
  if (atom === '/') return next === '?' ? ['', '/'] : ['/'];
  return next === '?' ? ['*'] : [`${atom}*`];
}

/** `**`, `*`, a set in brackets, an escaped character, or a character. */
function atomAt(pattern: string, at: number): string {
  return /^(?:\*\*|\[[A-Za-z0-9-]+\]|\\.|.)/su.exec(pattern.slice(at))?.[0] ?? '';
}
