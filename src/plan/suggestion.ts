import { closestName } from '../config/did-you-mean.ts';

/** `Did you mean x? `, or nothing; to be put before the rest of a hint. */
export function suggestion(typed: string, known: readonly string[]): string {
  const name = closestName(typed, known);
  return name === null ? '' : `Did you mean ${name}? `;
}
