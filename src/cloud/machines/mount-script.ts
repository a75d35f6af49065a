import { dirname, join } from 'node:path';

/** What stands at a path. */
type EntryKind = 'directory' | 'file' | 'link';

/** How this computer's directories are read: the script is decided from it and nothing else. */
export interface DirectoryReader {
  /** Of what a path leads to, through links; null when there is nothing. */
  kindOf(path: string): 'directory' | 'file' | null;
  /** What stands in a directory; links as links. */
  entries(path: string): readonly { readonly name: string; readonly kind: EntryKind }[];
}

/** One directory or file to be seen at another path. */
export interface Binding {
  readonly kind: 'directory' | 'file';
  readonly source: string;
  readonly path: string;
}

/** What is wanted below a directory, in parts. */
interface Wanted {
  readonly kind: Binding['kind'];
  readonly parts: readonly string[];
}

/** Where the script finds its own tools; the machine's PATH may be anything. */
const TOOL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * A shell script for a mount namespace of its own: lets each source be seen at its path, then becomes the command in its
 * arguments, in the directory `cwd`. Where a path does not exist on this computer nothing is made there: the process
 * gets a root directory in memory, at `scratch`, whose entries are those of the real one, with the missing path added.
 */
export function mountScript(options: {
  readonly bindings: readonly Binding[];
  readonly cwd: string;
  /** An empty directory. */
  readonly scratch: string;
  readonly reader: DirectoryReader;
}): string {
  const { bindings, cwd, scratch, reader } = options;
  const missing = bindings.filter((each) => reader.kindOf(each.path) !== each.kind);
  const begin = ['set -e', 'own_path=$PATH', `PATH=${TOOL_PATH}`];
  if (missing.length === 0) {
    const binds = bindings.map((each) => bind(each.source, each.path));
    return [...begin, ...binds, 'PATH=$own_path', 'exec "$@"'].join('\n');
  }
  const wanted = missing.map(({ kind, path }) => ({
    kind,
    parts: path.split('/').filter((part) => part !== ''),
  }));
  return [
    ...begin,
    `mount -t tmpfs -o mode=755 tmpfs ${quoted(scratch)}`,
    // Else the copy of the directory that holds it would hold it again.
    `mount --make-unbindable ${quoted(scratch)}`,
    ...mirror({ at: '/', wanted, scratch, reader }),
    ...bindings.map((each) => bind(each.source, join(scratch, each.path))),
    `exec chroot ${quoted(scratch)} /bin/sh -c 'PATH=$1; cd "$2"; shift 2; exec "$@"' sh "$own_path" ${quoted(cwd)} "$@"`,
  ].join('\n');
}

/** The commands that fill one directory of the new root: what is wanted inside is made, everything else is bound. */
function mirror(options: {
  readonly at: string;
  readonly wanted: readonly Wanted[];
  readonly scratch: string;
  readonly reader: DirectoryReader;
}): string[] {
  const { at, wanted, scratch, reader } = options;
  const own = new Set(wanted.map(({ parts }) => parts[0] ?? ''));
  const others = reader.entries(at).filter(({ name }) => !own.has(name));
  const commands = kept(others, at, scratch);
  for (const name of own) {
    const path = join(at, name);
    const inside = wanted
      .filter(({ parts }) => parts[0] === name)
      .map(({ kind, parts }) => ({ kind, parts: parts.slice(1) }));
    // A volume at this very path hides what is below it.
    const end = inside.find(({ parts }) => parts.length === 0);
    if (end !== undefined) commands.push(...made(end.kind, join(scratch, path)));
    else if (reader.kindOf(path) !== 'directory')
      commands.push(...inside.flatMap(({ kind, parts }) => made(kind, join(scratch, path, ...parts))));
    else
      commands.push(
        `mkdir ${quoted(join(scratch, path))}`,
        ...mirror({ ...options, at: path, wanted: inside }),
      );
  }
  return commands;
}

/** Lets entries of a real directory be the same in the new one. Few programs for many entries: each costs a start. */
function kept(
  entries: readonly { readonly name: string; readonly kind: EntryKind }[],
  at: string,
  scratch: string,
): string[] {
  const paths = (kind: EntryKind): string[] =>
    entries.filter((entry) => entry.kind === kind).map(({ name }) => join(at, name));
  const [links, directories, files] = [paths('link'), paths('directory'), paths('file')];
  const inScratch = (path: string): string => quoted(join(scratch, path));
  return [
    ...(links.length === 0 ? [] : [`cp -P ${links.map(quoted).join(' ')} ${inScratch(at)}`]),
    ...(directories.length === 0 ? [] : [`mkdir ${directories.map(inScratch).join(' ')}`]),
    ...directories.map((path) => `mount -o rbind ${quoted(path)} ${inScratch(path)}`),
    ...files.map((path) => `: > ${inScratch(path)}`),
    ...files.map((path) => bind(path, join(scratch, path))),
  ];
}

/** Something to mount onto. */
function made(kind: Binding['kind'], path: string): string[] {
  if (kind === 'directory') return [`mkdir -p ${quoted(path)}`];
  return [`mkdir -p ${quoted(dirname(path))}`, `: > ${quoted(path)}`];
}

function bind(source: string, path: string): string {
  return `mount -o bind ${quoted(source)} ${quoted(path)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
