/** A file of an image, after a layer. */
export interface ImageFile {
  /** From the root, without a slash in front. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  /** Permission bits, with those for other users' rights: `0o4755`. */
  readonly mode: number;
  readonly uid: number;
  /** Text of files that are read; null of others. */
  readonly text: string | null;
  /** Which layer, from 0. */
  readonly layer: number;
}

/** One layer as it was read. */
export interface LayerFiles {
  readonly files: readonly ImageFile[];
  /** Paths that it takes away of the layers below. */
  readonly removed: readonly string[];
  /** Directories of which it hides all that the layers below have. */
  readonly hidden: readonly string[];
}

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/** What an entry of a layer says is gone (OCI image specification, "Whiteouts"); null for one that is a file. */
export function whiteoutOf(path: string): { readonly removed: string } | { readonly hidden: string } | null {
  const slash = path.lastIndexOf('/');
  const [folder, name] = [path.slice(0, Math.max(slash, 0)), path.slice(slash + 1)];
  if (name === OPAQUE) return { hidden: folder };
  if (!name.startsWith(WHITEOUT)) return null;
  return { removed: [folder, name.slice(WHITEOUT.length)].filter((part) => part !== '').join('/') };
}

/** Puts layers over each other, the lowest first: what of them is seen in the end. */
export function applyLayers(layers: readonly LayerFiles[]): ReadonlyMap<string, ImageFile> {
  const seen = new Map<string, ImageFile>();
  for (const { files, removed, hidden } of layers) {
    const replaced = files.filter(
      ({ path, kind }) => kind !== 'directory' && seen.get(path)?.kind === 'directory',
    );
    const gone = new Set([...removed, ...replaced.map(({ path }) => path)]);
    const emptied = new Set(hidden);
    // One walk for all of a layer: a layer may take away many thousands.
    if (gone.size > 0 || emptied.size > 0)
      for (const path of seen.keys()) if (isBelow(path, gone, emptied)) seen.delete(path);
    for (const file of files) seen.set(file.path, file);
  }
  return seen;
}

function isBelow(path: string, gone: ReadonlySet<string>, emptied: ReadonlySet<string>): boolean {
  if (gone.has(path)) return true;
  for (let at = path.lastIndexOf('/'); at >= 0; at = path.lastIndexOf('/', at - 1)) {
    const folder = path.slice(0, at);
    if (gone.has(folder) || emptied.has(folder)) return true;
    if (at === 0) break;
  }
  return emptied.has('');
}

/** A path of a tar from the root, without dots; null for one that leads outside. */
export function imagePath(raw: string): string | null {
  const folders: string[] = [];
  for (const part of raw.split('/')) {
    if (part === '..') return null;
    if (part !== '' && part !== '.') folders.push(part);
  }
  return folders.join('/');
}
