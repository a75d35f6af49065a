import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { systemClock } from '../../util/clock.ts';
import { runProcess } from '../../util/run-process.ts';
import type { CommandContext } from '../command-context.ts';

/** An image as a directory; `remove` takes away what was made for it. */
export interface ImageOnDisk {
  readonly directory: string;
  remove(): void;
}

/** A tar that unpacks to more was made to fill the disk. */
const UNPACKED_BYTES_MAX = 40_000_000_000;
/** Saving a large image takes a minute or two. */
const SAVE_TIMEOUT_MS = 600_000;

/** Brings an image to a directory: one that is one, a tar that is unpacked, or what `docker save` gives of a name. */
export async function imageOnDisk(context: CommandContext, named: string): Promise<ImageOnDisk> {
  const path = resolve(context.cwd, named);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return { directory: path, remove: () => undefined };
  const folder = mkdtempSync(join(tmpdir(), 'glidepath-image-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const file = found === undefined ? await saved(context, named, folder) : path;
    await unpack(file, folder);
    return { directory: folder, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Only files, and only in their place: tar itself refuses paths that lead outside. */
async function unpack(file: string, folder: string): Promise<void> {
  const { extract } = await import('tar');
  let bytes = 0;
  try {
    await extract({
      file,
      cwd: folder,
      strict: true,
      preserveOwner: false,
      filter: (_path, entry) => {
        bytes += entry.size;
        if (bytes > UNPACKED_BYTES_MAX) throw new Error('it is larger than any real image');
        return 'type' in entry && ['File', 'OldFile', 'Directory'].includes(entry.type);
      },
    });
  } catch (error) {
    throw new ToolError(
      'IMAGE_UNREADABLE',
      `${file} cannot be unpacked: ${error instanceof Error ? error.message : String(error)}.`,
      {
        hint: 'Save it again: docker save -o image.tar <name>',
        cause: error,
      },
    );
  }
}

async function saved({ env, cwd, interrupt }: CommandContext, name: string, folder: string): Promise<string> {
  const file = join(folder, 'image.tar');
  const lines: string[] = [];
  const run = await runProcess(spawn, systemClock, {
    program: 'docker',
    args: ['save', '--output', file, '--', name],
    cwd,
    env: Object.fromEntries(
      Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    ),
    signal: interrupt,
    timeoutMs: SAVE_TIMEOUT_MS,
    onLine: (line) => lines.push(line),
  }).catch((error: unknown) => {
    interrupt.throwIfAborted();
    lines.push(error instanceof Error ? error.message : String(error));
    return { exitCode: null };
  });
  if (run.exitCode === 0) return file;
  throw new ToolError(
    'IMAGE_UNREADABLE',
    `There is no file ${name}, and no container engine here has an image of that name.`,
    {
      hint: 'Name an OCI layout or a tar of docker save, or fetch the image first: docker pull.',
      output: lines,
    },
  );
}
