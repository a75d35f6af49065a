import type { FoundPackage } from '../components/build-inventory.ts';
import { packageUrl } from '../components/package-url.ts';
import { parseElixirTerm, type Term } from './elixir-term.ts';
import { below, LockError, ownPackage, type LockSource } from './lock-source.ts';

/**
 * The packages of a mix.lock: from Hex with their digests and needs, from repositories by commit. Which of them the app
 * asks for itself, and which only to develop and test it, is read from `deps` of the mix.exs beside it.
 */
export function readMixLock({ path, text, mixExs }: LockSource): readonly FoundPackage[] {
  const lock = parseElixirTerm(path, text);
  if (typeof lock !== 'object' || lock === null || Array.isArray(lock))
    throw new LockError(`${path} is no map of packages`);
  const found = Object.entries(lock).map(([app, entry]) => packageOf(path, app, entry));
  const idOf = new Map(found.map(({ app, found: { id } }) => [app, id]));
  const ids = (apps: readonly string[]): string[] => apps.flatMap((app) => idOf.get(app) ?? []);
  const asked = mixExs === null ? null : depsOfMixExs(mixExs);
  const own = ownPackage(
    below(path, ''),
    { name: appName(mixExs) },
    {
      // Without a mix.exs nothing is known to be for development only.
      needs: ids(asked?.filter(({ isDev }) => !isDev).map(({ app }) => app) ?? [...idOf.keys()]),
      optionalNeeds: [],
      devNeeds: ids(asked?.filter(({ isDev }) => isDev).map(({ app }) => app) ?? []),
    },
  );
  const others = found.map(({ found: each, needs, optional }) => ({
    ...each,
    needs: ids(needs),
    optionalNeeds: ids(optional),
  }));
  return [own, ...others];
}

interface MixPackage {
  readonly app: string;
  readonly found: FoundPackage;
  readonly needs: readonly string[];
  readonly optional: readonly string[];
}

/** `{:hex, :name, "version", "digest of the old format", managers, deps, "repo", "digest"}` or `{:git, url, commit, options}`. */
function packageOf(path: string, app: string, entry: Term): MixPackage {
  if (!Array.isArray(entry)) throw new LockError(`${path} says nothing of ${app}`);
  const [kind, name, version, , , deps, repo, digest] = entry as readonly Term[];
  if (kind === 'git') return gitPackage(app, textOf(name), textOf(version));
  if (kind !== 'hex')
    throw new LockError(`${path} has ${app} from ${textOf(kind)}, and hex and git are known`);
  const pairs = (Array.isArray(deps) ? deps : []).filter((each): each is readonly Term[] =>
    Array.isArray(each),
  );
  const isOptional = (dep: readonly Term[]): boolean =>
    Array.isArray(dep[2]) &&
    dep[2].some((pair: Term) => Array.isArray(pair) && pair[0] === 'optional' && pair[1] === true);
  const isPublic = repo === 'hexpm' || repo === undefined;
  const purl = packageUrl('hex', textOf(name).toLowerCase(), textOf(version), {
    namespace: isPublic ? null : textOf(repo).replace(/^hexpm:/, ''),
  });
  const hash = typeof digest === 'string' ? [{ algorithm: 'SHA-256' as const, content: digest }] : [];
  return {
    app,
    found: { ...base(purl), ecosystem: 'hex', name: textOf(name), version: textOf(version), hashes: hash },
    needs: pairs.filter((dep) => !isOptional(dep)).map((dep) => textOf(dep[0])),
    optional: pairs.filter(isOptional).map((dep) => textOf(dep[0])),
  };
}

function gitPackage(app: string, url: string, commit: string): MixPackage {
  const [, owner, repository] = /github\.com[/:]([^/]+)\/(.+?)(?:\.git)?$/.exec(url) ?? [];
  const purl =
    owner === undefined || repository === undefined
      ? packageUrl('generic', app, commit, { qualifiers: { vcs_url: `git+${url}` } })
      : packageUrl('github', repository.toLowerCase(), commit, { namespace: owner.toLowerCase() });
  return {
    app,
    found: { ...base(purl), ecosystem: 'generic', name: app, version: commit, hashes: [] },
    needs: [],
    optional: [],
  };
}

function base(purl: string): Omit<FoundPackage, 'ecosystem' | 'name' | 'version' | 'hashes'> {
  return {
    id: purl,
    purl,
    licence: null,
    isOwn: false,
    release: null,
    origin: null,
    needs: [],
    optionalNeeds: [],
    devNeeds: [],
  };
}

/** The dependencies that a mix.exs names, with what `only:` says. Comments do not count. */
function depsOfMixExs(text: string): readonly { readonly app: string; readonly isDev: boolean }[] {
  const code = text.replace(/^\s*#.*$/gm, '');
  return [...code.matchAll(/\{\s*:(\w+)\s*,((?:[^{}]|\{[^{}]*\})*)\}/g)].map(([, app = '', rest = '']) => {
    const only = /\bonly:\s*(\[[^\]]*\]|:\w+)/.exec(rest)?.[1];
    return { app, isDev: only !== undefined && !/:prod\b/.test(only) };
  });
}

function appName(mixExs: string | null): string {
  return /\bapp:\s*:(\w+)/.exec(mixExs ?? '')?.[1] ?? 'app';
}

/** What stands where a text or an atom belongs; nothing where it is something else. */
function textOf(term: Term | undefined): string {
  return typeof term === 'string' || typeof term === 'number' ? String(term) : '';
}
