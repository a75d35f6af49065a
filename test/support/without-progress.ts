/**
 * What a command said on standard error, without the lines that say what takes it more than a second: whether there are
 * any depends on how busy this computer is.
 */
export function withoutProgress(stderr: string): string {
  return stderr.replaceAll(/^[A-Z][^\n]* …\n/gm, '');
}
