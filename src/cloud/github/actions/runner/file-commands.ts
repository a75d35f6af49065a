/** A file that a step wrote values to is not as it must be; the message is the runner's own. */
export class FileCommandError extends Error {
  override readonly name: string = 'FileCommandError';
}

/** Variables that no step may set for later ones (runner: SetEnvFileCommand). */
const BLOCKED: ReadonlySet<string> = new Set(['NODE_OPTIONS']);

/**
 * The `name=value` lines and `name<<DELIMITER` blocks of GITHUB_OUTPUT, GITHUB_ENV and GITHUB_STATE. Throws a
 * {@link FileCommandError} for a line that is neither, and for a block without an end.
 */
export function parseKeyValueFile(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const lines = text.split('\n');
  // What follows the last line end is no line.
  if (lines.at(-1) === '') lines.pop();
  for (let index = 0; index < lines.length; index += 1) {
    const line = withoutReturn(lines[index] ?? '');
    if (line === '') continue;
    const equals = line.indexOf('=');
    const block = line.indexOf('<<');
    if (equals >= 0 && (block < 0 || equals < block)) {
      values.set(nameOf(line, equals), line.slice(equals + 1));
      continue;
    }
    if (block < 0) throw new FileCommandError(`Invalid format '${line}'`);
    const delimiter = line.slice(block + 2);
    if (delimiter === '') throw new FileCommandError(`Invalid format '${line}'. Delimiter must not be empty`);
    const end = lines.findIndex((one, at) => at > index && withoutReturn(one) === delimiter);
    if (end < 0) throw new FileCommandError(`Invalid value. Matching delimiter not found '${delimiter}'`);
    values.set(nameOf(line, block), lines.slice(index + 1, end).join('\n'));
    index = end;
  }
  return values;
}

/** The same for GITHUB_ENV, which refuses what would change how later steps are started. */
export function parseEnvironmentFile(text: string): ReadonlyMap<string, string> {
  const values = parseKeyValueFile(text);
  for (const name of values.keys())
    if (BLOCKED.has(name.toUpperCase()))
      throw new FileCommandError(`Can't store ${name} output parameter using '$GITHUB_ENV' command.`);
  return values;
}

/** The directories in a GITHUB_PATH file, in the order they were written. */
export function parsePathFile(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => withoutReturn(line))
    .filter((line) => line !== '');
}

function nameOf(line: string, end: number): string {
  const name = line.slice(0, end);
  if (name === '') throw new FileCommandError(`Invalid format '${line}'. Name must not be empty`);
  return name;
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
