// Looks at the inputs of a checkout, once or until it is killed: `node input-looker.ts ROOT once|forever`. Prints a line for
// each look: the paths, or the code and the message of what went wrong.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ownFiles } from '../../src/checks/own-files/own-files.ts';
import { ownFileRecords } from '../../src/cli/project/machine-state.ts';
import { createInputReader } from '../../src/checks/inputs/input-reader.ts';
import { ToolError } from '../../src/diagnostics/tool-error.ts';

const [root = '', times] = process.argv.slice(2);
const reader = (): ReturnType<typeof createInputReader> =>
  createInputReader({
    root,
    directory: join(root, '.glidepath', 'cache'),
    own: ownFiles(ownFileRecords(process.env)),
    spawn,
    env: process.env,
    now: () => performance.now(),
  });

async function look(): Promise<string> {
  try {
    const opened = reader();
    const { files } = await opened.read(new AbortController().signal);
    opened.save();
    return JSON.stringify([...files.keys()]);
  } catch (error) {
    if (error instanceof ToolError) return `${error.code} ${error.message}`;
    throw error;
  }
}

const parent = process.ppid;
for (;;) {
  process.stdout.write(`${await look()}\n`);
  // A test that failed has forgotten it.
  if (times !== 'forever' || process.ppid !== parent) break;
}
