import type { Span } from './source-file.ts';
import type { YamlScalar } from './yaml-tree.ts';

/** What a `uses:` names. */
export interface UsesRef extends Span {
  readonly text: string;
  readonly kind: 'action' | 'local' | 'self' | 'docker';
  /** `actions/checkout`, in lower case; empty for what lies in the repository itself, and for images. */
  readonly repository: string;
  /** Below the repository, or from its root: `setup-flyctl`, `.github/workflows/ci.yml`; empty for its root. */
  readonly path: string;
  /** A tag, a branch, a commit; null where none is named. */
  readonly ref: string | null;
  /** Whether the reference is a whole commit id. */
  readonly isPinned: boolean;
  /** What the comment behind it says: `v7.0.1`; null without one. */
  readonly comment: string | null;
}

/** Reads a `uses:`, with the comment on its line. */
export function usesRef(scalar: YamlScalar | null, file: string): UsesRef | null {
  if (scalar === null || scalar.text === '') return null;
  const { text, start, end } = scalar;
  const base = { text, start, end, comment: commentBehind(end, file) };
  if (text.startsWith('docker://')) {
    const ref = /@(sha256:[0-9a-f]{64})$/.exec(text)?.[1] ?? null;
    return { ...base, kind: 'docker', repository: '', path: text.slice(9), ref, isPinned: ref !== null };
  }
  if (text.startsWith('./') || text.startsWith('$/')) {
    const kind = text.startsWith('./') ? 'local' : 'self';
    return { ...base, kind, repository: '', path: text.slice(2), ref: null, isPinned: true };
  }
  const [name = '', ...refs] = text.split('@');
  const [owner = '', repository = '', ...path] = name.split('/');
  const ref = refs.length === 0 ? null : refs.join('@');
  return {
    ...base,
    kind: 'action',
    repository: `${owner}/${repository}`.toLowerCase(),
    path: path.join('/'),
    ref,
    isPinned: ref !== null && /^[0-9a-f]{40}$/.test(ref),
  };
}

function commentBehind(end: number, file: string): string | null {
  const rest = file.slice(end, lineEnd(file, end));
  return /^['"]?\s+#\s*(.*?)\s*$/.exec(rest)?.[1] ?? null;
}

function lineEnd(file: string, from: number): number {
  const at = file.indexOf('\n', from);
  return at === -1 ? file.length : at;
}
