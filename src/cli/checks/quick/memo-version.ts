/** What a memo is bound to beside the files that it names: Node, the system, and the directory it was written in. */
export function memoVersion(of: Pick<NodeJS.Process, 'version' | 'platform' | 'arch' | 'cwd'>): string {
  return `${of.version} ${of.platform} ${of.arch} ${of.cwd()}`;
}
