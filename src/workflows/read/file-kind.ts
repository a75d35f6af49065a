/** What a file of a repository is, by its name. */
export type FileKind =
  | 'workflow'
  | 'action'
  | 'dependabot'
  | 'fly-toml'
  | 'vercel'
  | 'dockerfile'
  | 'script'
  | 'document';

const KINDS: readonly (readonly [FileKind, RegExp])[] = [
  ['dependabot', /(^|\/)\.github\/dependabot\.ya?ml$/],
  ['action', /(^|\/)action\.ya?ml$/],
  ['workflow', /\.ya?ml$/],
  ['fly-toml', /(^|\/)fly(\.[\w.-]+)?\.toml$|\.fly\.toml$/],
  ['vercel', /(^|\/)vercel\.json$/],
  ['dockerfile', /(^|\/)Dockerfile[\w.-]*$|\.dockerfile$/i],
  ['document', /\.(md|mdx|markdown)$/i],
  ['script', /\.(sh|bash|zsh)$|(^|\/)(Makefile|justfile|package\.json)$/],
];

/** The kind of a file; null for one that the linter knows nothing of. */
export function fileKind(path: string): FileKind | null {
  return KINDS.find(([, name]) => name.test(path))?.[0] ?? null;
}
