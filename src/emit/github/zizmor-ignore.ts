/** Why what is of the repository itself is called by `./`. */
export const NO_DOLLAR: string = 'GitHub Enterprise Server has no $/ yet';

/** The comment beside a line with which zizmor passes over it: for whoever runs it on the repository. */
export function zizmorIgnore(audit: string, because: string): string {
  return `zizmor: ignore[${audit}] ${because}`;
}
