import { existsSync } from 'node:fs';
import { join, normalize, sep } from 'node:path';

/** What decides the command of a machine. */
export interface CommandQuestion {
  /** Where the image lies unpacked. */
  readonly rootDir: string;
  /** Inside the image, such as `/app`. */
  readonly workDir: string;
  /** Entrypoint and Cmd of the image together. */
  readonly imageCommand: readonly string[];
  readonly exec?: readonly string[] | undefined;
  readonly entrypoint?: readonly string[] | undefined;
  readonly cmd?: readonly string[] | undefined;
}

/**
 * The command line of a machine: `init.exec` replaces everything, `init.entrypoint` and `init.cmd` replace the image's.
 * An absolute program, and arguments below the working directory, are looked up inside the unpacked image first: there
 * is no chroot. Empty when neither image nor config names a command.
 */
export function machineCommand(question: CommandQuestion): string[] {
  const { rootDir, workDir } = question;
  const [program, ...args] = chosenCommand(question);
  if (program === undefined) return [];
  const inWorkDir = (arg: string): boolean => arg.startsWith(`${workDir}/`);
  return [
    program.startsWith('/') ? insideImage(rootDir, program) : program,
    ...args.map((arg) => (inWorkDir(arg) ? insideImage(rootDir, arg) : arg)),
  ];
}

function chosenCommand({ exec, entrypoint, cmd, imageCommand }: CommandQuestion): readonly string[] {
  if (exec !== undefined && exec.length > 0) return exec;
  if (entrypoint !== undefined && entrypoint.length > 0) return [...entrypoint, ...(cmd ?? [])];
  return cmd !== undefined && cmd.length > 0 ? cmd : imageCommand;
}

function insideImage(rootDir: string, path: string): string {
  const inside = join(rootDir, normalize(path));
  return inside.startsWith(rootDir + sep) && existsSync(inside) ? inside : path;
}
