/** A text in an expression of GitHub. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** An expression where a value stands. */
export function expression(text: string): string {
  return `\${{ ${text} }}`;
}

/** Behind the name of a run: why somebody started it by hand; nothing where they did not say. */
export const REASON: string = expression("inputs.reason && format(' ({0})', inputs.reason)");

/** All of them hold; those in `or` are put in brackets by the caller. */
export function allOf(conditions: readonly string[]): string {
  return conditions.join(' && ');
}

/**
 * That the jobs before were carried out well. Named one by one, because a job that was skipped counts as well for
 * GitHub, and because `success()` is false when anything before them was skipped (docs.github.com, "Expressions").
 */
export function succeeded(jobs: readonly string[]): string {
  return allOf(['!cancelled()', ...jobs.map((job) => `needs.${job}.result == 'success'`)]);
}

/**
 * That the ref which a run is of matches a pattern of branches or tags, as far as expressions can tell: by its beginning.
 * What it is exactly is asked by `glidepath gates`.
 */
export function refMatches(kind: 'heads' | 'tags', pattern: string): string {
  const whole = `refs/${kind}/${pattern}`;
  const special = whole.search(/[*?+[\]!\\]/);
  if (special === -1) return `github.ref == ${quoted(whole)}`;
  // What `?` and `+` stand behind need not be there as written.
  const end = '?+'.includes(whole[special] ?? '') ? special - 1 : special;
  return `startsWith(github.ref, ${quoted(whole.slice(0, end))})`;
}
