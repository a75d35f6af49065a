import { posix } from 'node:path';

/** Where paths of a report come from. */
export interface SourceRoot {
  /** The directory of the project, absolute, with slashes. */
  readonly root: string;
  /** The directory of the check, from there; empty: there itself. */
  readonly directory: string;
  /** Whether there is such a file, from the directory of the project. */
  readonly exists: (path: string) => boolean;
}

/** Deeper lies no source, and each step asks for a file. */
const SEGMENTS_MAX = 40;

/** Where deployments check commits out, from the directory of the project: a report that was made there is about the project. */
const STATE = '.glidepath/';

/**
 * The path of a file from the directory of the project, however a tool writes it: absolute, from the directory of the
 * check, `./…`, with backslashes, as an address, or from where another checkout lies, as in a container. Null for what is
 * outside of it.
 */
export function sourcePath(written: string, place: SourceRoot): string | null {
  const { root, directory } = place;
  const exists = (path: string): boolean => !path.startsWith(STATE) && place.exists(path);
  const raw = fromAddress(written.trim()).replaceAll('\\', '/');
  if (raw === '' || raw.includes('\0') || /^[\w-]{2,}:/.test(raw)) return null;
  const base = root.endsWith('/') ? root : `${root}/`;
  if (raw.startsWith(base)) {
    const here = inside(raw.slice(base.length));
    return here === null || exists(here) ? here : (bySuffix(raw, directory, exists) ?? here);
  }
  const isAbsolute = raw.startsWith('/') || /^[A-Za-z]:\//.test(raw);
  if (isAbsolute) return bySuffix(raw, directory, exists);
  const below = inside(posix.join(directory, raw));
  if (below !== null && exists(below)) return below;
  const fromRoot = inside(raw);
  if (fromRoot !== null && exists(fromRoot)) return fromRoot;
  return bySuffix(raw, directory, exists) ?? below;
}

function fromAddress(text: string): string {
  if (!text.startsWith('file:')) return text;
  try {
    return decodeURIComponent(text.replace(/^file:(\/\/[^/]*)?/, ''));
  } catch {
    return text.replace(/^file:(\/\/[^/]*)?/, '');
  }
}

/** The longest end of a path that is a file of the project. */
function bySuffix(path: string, directory: string, exists: (path: string) => boolean): string | null {
  const segments = posix
    .normalize(path)
    .split('/')
    .filter((part) => part !== '' && part !== '..');
  for (const [at] of segments.slice(0, SEGMENTS_MAX).entries()) {
    const rest = segments.slice(at).join('/');
    if (exists(rest)) return rest;
    const below = posix.join(directory, rest);
    if (directory !== '' && exists(below)) return below;
  }
  return null;
}

function inside(path: string): string | null {
  const normal = posix.normalize(path);
  return normal === '.' || normal === '..' || normal.startsWith('../') || normal.startsWith('/')
    ? null
    : normal;
}
