/** As GitHub counts: from 1, without zeros in front. A number that JavaScript cannot hold is nobody's. */
const NUMBER = '([1-9][0-9]{0,14})';

/**
 * The number of the pull request that a name on a platform was made for, by the template that made it: `shop-pr-{pr}`.
 * Null for every name that the template would not make to the letter: what is somebody else's is never touched.
 */
export function pullRequestInName(template: string, name: string): number | null {
  if (!template.includes('{pr}')) return null;
  const [first = '', ...rest] = template.split('{pr}').map(literal);
  // A template may have the number more than once: all of them are one number then.
  const source = rest.reduce(
    (before, part, index) => `${before}${index === 0 ? NUMBER : String.raw`\1`}${part}`,
    first,
  );
  const found = new RegExp(`^${source}$`, 'u').exec(name)?.[1];
  return found === undefined ? null : Number(found);
}

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
}
