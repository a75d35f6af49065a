/** Why a check does not begin: another run works on the same files. */
export function waitingWords({ pid }: { readonly pid: number }): string {
  return `waiting for another glidepath in this checkout (pid ${pid})`;
}
