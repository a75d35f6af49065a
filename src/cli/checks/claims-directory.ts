import { join } from 'node:path';

/** Where runs tell each other what they work on. `state` is the `.glidepath` of the checkout. */
export function claimsDirectory(state: string): string {
  return join(state, 'claims');
}
