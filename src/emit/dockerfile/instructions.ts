/** What a `RUN` may be given beside its command. */
export interface RunOptions {
  /** Directories that outlive the build, for package managers. */
  readonly caches?: readonly string[];
  /** Secrets that it may read, each as the environment variable of its name; in no layer and no history. */
  readonly secrets?: readonly string[];
}

/** One `RUN`, a mount a line. A command of several lines is handed to the shell as one argument. */
export function runInstruction(command: string, options: RunOptions = {}): string {
  const mounts = [
    ...(options.caches ?? []).map((path) => `--mount=type=cache,target=${path},sharing=locked`),
    ...(options.secrets ?? []).map((name) => `--mount=type=secret,id=${name}`),
  ];
  // The variable of the mount itself (`env=`) would ask for a newer BuildKit than is everywhere.
  const exports = (options.secrets ?? []).map(
    (name) => `if [ -f /run/secrets/${name} ]; then export ${name}="$(cat /run/secrets/${name})"; fi`,
  );
  // A line that goes on by a backslash is no line of its own.
  const body = /(?<!\\)\n/.test(command)
    ? [execForm(['/bin/sh', '-c', [...exports, command].join('\n')])]
    : [...exports.map((line) => `${line} && \\`), command];
  const lines = [...mounts.map((mount) => `${mount} \\`), ...body];
  return `RUN ${lines.join('\n    ')}`;
}

/** A command as a list of words, started without a shell. */
export function execForm(words: readonly string[]): string {
  return `[${words.map((word) => JSON.stringify(word)).join(', ')}]`;
}

/** A value of `ARG` or `LABEL`, in which nothing is replaced. */
export function quoted(value: string): string {
  return `"${value.replaceAll(/["\\$]/g, '\\$&')}"`;
}

/** Brings one path into `/app`, from a stage or from the repository; a directory with what is in it. */
export function copyInstruction(
  path: string,
  stage: string | null,
  options: { readonly to?: string } = {},
): string {
  const flags = stage === null ? [] : [`--from=${stage}`];
  const from = stage === null ? path : path === '.' ? '/app' : `/app/${path}`;
  const to = options.to ?? path;
  const words = [...flags, from, to === '.' ? './' : `./${to}`];
  return words.some((word) => /\s/.test(word))
    ? `COPY ${[...flags, execForm(words.slice(flags.length))].join(' ')}`
    : `COPY ${words.join(' ')}`;
}
