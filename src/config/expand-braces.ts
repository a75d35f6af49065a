/** Alternatives of one glob: nobody writes more by hand, and each brace multiplies them. */
export const ALTERNATIVES_MAX = 64;

/**
 * The globs that a glob with braces stands for: `a/{b,c}` is `a/b` and `a/c`. Braces without a comma, or not closed, stay
 * as they are. Stops soon after ALTERNATIVES_MAX: a glob that stands for more is refused in a config.
 */
export function expandBraces(glob: string): readonly string[] {
  return alternatives(glob, 0);
}

function alternatives(glob: string, from: number): string[] {
  const open = glob.indexOf('{', from);
  if (open === -1) return [glob];
  const close = closing(glob, open);
  const choices = close === -1 ? [] : splitChoices(glob.slice(open + 1, close));
  // `{id}` is the name of a folder in some projects.
  if (choices.length < 2) return alternatives(glob, open + 1);
  const found: string[] = [];
  for (const choice of choices) {
    if (found.length > ALTERNATIVES_MAX) break;
    found.push(...alternatives(glob.slice(0, open) + choice + glob.slice(close + 1), open));
  }
  return found;
}

function closing(glob: string, open: number): number {
  let depth = 0;
  for (let at = open; at < glob.length; at += 1) {
    if (glob[at] === '{') depth += 1;
    if (glob[at] === '}') depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

function splitChoices(text: string): string[] {
  const choices = [''];
  let depth = 0;
  for (const letter of text) {
    if (letter === ',' && depth === 0) choices.push('');
    else choices.push(`${choices.pop() ?? ''}${letter}`);
    if (letter === '{') depth += 1;
    if (letter === '}') depth -= 1;
  }
  return choices;
}
