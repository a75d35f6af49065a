/** The shells that completions can be written for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** What can follow one command. */
export interface CompletedCommand {
  /** Its words without `glidepath`: none for the program itself. */
  readonly words: readonly string[];
  readonly commands: readonly Completion[];
  readonly options: readonly Completion[];
}

interface Completion {
  readonly name: string;
  readonly text: string;
}

/**
 * The script of one shell. Every one of them walks the words before the cursor as far as they name a command, up to the
 * first option behind it, for what follows an option may be its value.
 */
export function renderCompletions(
  shell: (typeof SHELLS)[number],
  commands: readonly CompletedCommand[],
): string {
  return { bash, zsh, fish }[shell](commands);
}

function bash(commands: readonly CompletedCommand[]): string {
  return `_glidepath() {
  local word typed='' words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) [ -n "$typed" ] && break ;; esac
    case "$typed $word" in
      ${knownPatterns(commands)}) typed="$typed $word" ;;
    esac
  done
  case "$typed" in
${commands.map((each) => `    ${placeOf(each)}) words=${quoted(namesOf(each).join(' '))} ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _glidepath glidepath
`;
}

function zsh(commands: readonly CompletedCommand[]): string {
  return `#compdef glidepath
_glidepath() {
  local word typed=''
  local -a known
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$word" in -*) [ -n "$typed" ] && break ;; esac
    case "$typed $word" in
      ${knownPatterns(commands)}) typed="$typed $word" ;;
    esac
  done
  case "$typed" in
${commands.map((each) => `    ${placeOf(each)}) known=(${described(each).join(' ')}) ;;`).join('\n')}
  esac
  _describe glidepath known || _files
}
if [ "$funcstack[1]" = _glidepath ]; then _glidepath "$@"; else compdef _glidepath glidepath; fi
`;
}

function fish(commands: readonly CompletedCommand[]): string {
  const known = commands.filter(({ words }) => words.length > 0).map(({ words }) => quoted(words.join(' ')));
  return `function __glidepath_at
  set -l typed
  for word in (commandline -opc)[2..-1]
    if string match -q -- '-*' $word
      test -n "$typed"; and break
      continue
    end
    contains -- (string join ' ' $typed $word) ${known.join(' ')}; and set -a typed $word
  end
  test "$typed" = "$argv[1]"
end
${commands.flatMap(fishLines).join('\n')}
`;
}

function fishLines({ words, commands, options }: CompletedCommand): string[] {
  const at = `complete -c glidepath -n ${quoted(`__glidepath_at "${words.join(' ')}"`)}`;
  return [
    ...commands.map(({ name, text }) => `${at} -f -a ${name} -d ${quoted(text)}`),
    ...options.map(({ name, text }) => `${at} -l ${name.replace(/^--/, '')} -d ${quoted(text)}`),
  ];
}

const namesOf = ({ commands, options }: CompletedCommand): string[] =>
  [...commands, ...options].map(({ name }) => name);

/** `name:text`, as _describe reads it. */
const described = ({ commands, options }: CompletedCommand): string[] =>
  [...commands, ...options].map(({ name, text }) => quoted(`${name}:${text.replaceAll(':', '\\:')}`));

/** The words as the walk in the script joins them: each with a space before it. */
const placeOf = ({ words }: CompletedCommand): string => quoted(words.map((word) => ` ${word}`).join(''));

const knownPatterns = (commands: readonly CompletedCommand[]): string =>
  commands
    .filter(({ words }) => words.length > 0)
    .map(placeOf)
    .join(' | ');

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
