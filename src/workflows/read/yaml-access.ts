import type { YamlEntry, YamlMap, YamlNode, YamlScalar } from './yaml-tree.ts';

type Maybe = YamlNode | null | undefined;

/** The value of a key; null where the node is no mapping, or has no such key. */
export function valueAt(node: Maybe, ...path: readonly string[]): YamlNode | null {
  let found: YamlNode | null = node ?? null;
  for (const key of path) found = entriesOf(found).find((entry) => entry.key === key)?.value ?? null;
  return found;
}

/** The entry of a key, which has the place of the key as well. */
export function entryAt(node: Maybe, key: string): YamlEntry | null {
  return entriesOf(node).find((entry) => entry.key === key) ?? null;
}

/** All entries of a mapping; none of anything else. */
export function entriesOf(node: Maybe): readonly YamlEntry[] {
  return node?.kind === 'map' ? node.entries : [];
}

/** What a list holds; a single value counts as a list of one, as GitHub reads `needs: build`. */
export function itemsOf(node: Maybe): readonly YamlNode[] {
  if (node === null || node === undefined) return [];
  if (node.kind === 'list') return node.items;
  return node.kind === 'scalar' && node.text !== '' ? [node] : [];
}

/** The scalars among them. */
export function scalarsOf(node: Maybe): readonly YamlScalar[] {
  return itemsOf(node).filter((item) => item.kind === 'scalar');
}

/** The text of a scalar; null of anything else. */
export function textAt(node: Maybe, ...path: readonly string[]): string | null {
  const found = valueAt(node, ...path);
  return found?.kind === 'scalar' ? found.text : null;
}

/** A scalar, or null. */
export function scalarAt(node: Maybe, ...path: readonly string[]): YamlScalar | null {
  const found = valueAt(node, ...path);
  return found?.kind === 'scalar' ? found : null;
}

/** A mapping, or null. */
export function mapAt(node: Maybe, ...path: readonly string[]): YamlMap | null {
  const found = valueAt(node, ...path);
  return found?.kind === 'map' ? found : null;
}

/** Every scalar below a node, in the order of the file. */
export function allScalars(node: Maybe): readonly YamlScalar[] {
  if (node === null || node === undefined) return [];
  if (node.kind === 'scalar') return [node];
  const below = node.kind === 'list' ? node.items : node.entries.map(({ value }) => value);
  return below.flatMap(allScalars);
}
