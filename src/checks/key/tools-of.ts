import { simpleCommands } from './simple-commands.ts';

/**
 * Built into the shell, or the same by POSIX everywhere for what checks use them for. The operating system is in the key
 * besides.
 */
const OF_THE_SYSTEM = new Set(
  (
    '. : [ [[ alias bg cd continue break echo eval exit export false fg getopts hash jobs kill let local printf pwd read ' +
    'readonly return set shift source test times trap true type ulimit umask unalias unset wait declare pushd popd ' +
    'shopt for case esac in fi done function select sh bash dash zsh ksh ash ' +
    'basename cat chmod cmp comm cp cut date dd df diff dirname du expr find grep egrep fgrep head hostname id install ln ls mkdir ' +
    'mkfifo mktemp mv od paste ps readlink realpath rm rmdir sed seq sleep sort split stat tail tee touch tr tty uname ' +
    'uniq wc which whoami yes awk'
  ).split(' '),
);

/** What a tool runs on: another version of that is another tool. */
const RUNS_ON: Readonly<Record<string, readonly string[]>> = {
  npm: ['node'],
  npx: ['node', 'npm'],
  pnpm: ['node'],
  pnpx: ['node', 'pnpm'],
  yarn: ['node'],
  corepack: ['node'],
  glidepath: ['node'],
  bunx: ['bun'],
  bundle: ['ruby'],
  rake: ['ruby'],
  gradle: ['java'],
  mvn: ['java'],
  uvx: ['uv'],
};

/**
 * The tools that a command calls by name, sorted: on their versions its result depends. A script of the project that it
 * calls by a path is an input, and what that script calls is not seen.
 */
export function toolsOf(command: string): readonly string[] {
  const tools = new Set<string>();
  for (const [first = ''] of simpleCommands(command)) {
    if (first.includes('node_modules/.bin/')) tools.add('node');
    if (first === '' || OF_THE_SYSTEM.has(first) || !isName(first)) continue;
    tools.add(first);
    for (const other of RUNS_ON[first] ?? []) tools.add(other);
  }
  return [...tools].sort();
}

/** A path in the project is an input; a variable is known to the shell alone. */
function isName(word: string): boolean {
  return word.startsWith('/') || /^[\w@][\w.+@-]*$/.test(word);
}
