import type { LockSource } from './lock-source.ts';

/** The directories whose package.json belongs to a lock file: its own, and those that its `workspaces` name. */
export function workspaceDirectories(manifests: LockSource['manifests']): readonly string[] {
  const said = manifests.get('')?.workspaces;
  const patterns = Array.isArray(said)
    ? said
    : ((said as { packages?: unknown } | undefined)?.packages ?? []);
  const texts = (Array.isArray(patterns) ? patterns : []).filter((each) => typeof each === 'string');
  const [yes, no] = [
    texts.filter((each) => !each.startsWith('!')),
    texts.filter((each) => each.startsWith('!')),
  ];
  const matches = (directory: string, list: readonly string[]): boolean =>
    list.some((pattern) => patternOf(pattern).test(directory));
  return [...manifests.keys()].filter(
    (directory) =>
      directory === '' ||
      (matches(directory, yes) &&
        !matches(
          directory,
          no.map((pattern) => pattern.slice(1)),
        )),
  );
}

/** Package managers know `*` within a folder's name and `**` over any number of them here. */
function patternOf(pattern: string): RegExp {
  const plain = pattern.replace(/^\.\//, '').replace(/\/+$/, '');
  const source = plain
    .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('**', '\0')
    .replaceAll('*', '[^/]*')
    .replaceAll('\0', '.*');
  return new RegExp(`^${source}$`);
}
