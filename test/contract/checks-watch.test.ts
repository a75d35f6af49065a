import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { InputRig } from '../support/input-rig.ts';

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');

/** A config that takes its only command from a module beside it. */
const CONFIG = `import { defineProject } from 'glidepath';
import { command } from './command.ts';
export default defineProject({
  name: 'watched', apps: {}, environments: {},
  ci: { checks: { one: { command, inputs: ['src/**'] } } },
});
`;
const commandModule = (command: string): string => `export const command = ${JSON.stringify(command)};\n`;

function project(): InputRig {
  const rig = new InputRig();
  onTestFinished(() => rig[Symbol.dispose]());
  rig.write('glidepath.config.ts', CONFIG);
  rig.write('command.ts', commandModule('echo the first command'));
  rig.write('src/a.txt', 'a\n');
  return rig;
}

/** Saves a file as editors do, in one step: whoever looks meanwhile finds the old one or the new one, not half of it. */
function save(rig: InputRig, path: string, content: string): void {
  const beside = join(rig.home, 'saved');
  writeFileSync(beside, content);
  renameSync(beside, join(rig.root, path));
}

interface Watching {
  /** What was printed from the last match on, once it matches. */
  printed(pattern: RegExp): Promise<string>;
  end(): Promise<number | null>;
}

function watching(rig: InputRig): Watching {
  const code = `const { main } = await import(${JSON.stringify(MAIN)}); await main();`;
  const child = spawn(process.execPath, ['-e', code, 'glidepath', 'ci', '--watch'], {
    cwd: rig.root,
    env: rig.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  let hasEnded = false;
  let wake = (): void => undefined;
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (piece: Buffer) => {
      text += piece.toString();
      wake();
    });
  child.once('close', () => {
    hasEnded = true;
    wake();
  });
  return {
    async printed(pattern) {
      for (;;) {
        const found = pattern.exec(text);
        if (found !== null) {
          const end = found.index + found[0].length;
          const seen = text.slice(0, end);
          text = text.slice(end);
          return seen;
        }
        if (hasEnded) throw new Error(`it ended without ${String(pattern)}:\n${text}`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    async end() {
      const ended = once(child, 'exit');
      child.kill('SIGINT');
      return ((await ended) as [number | null])[0];
    },
  };
}

test('a config that changed is loaded again, with the modules that it imports', async () => {
  const rig = project();
  const watch = watching(rig);
  await watch.printed(/the first command[^]*Waiting for changes.*\n/);
  save(rig, 'command.ts', commandModule('echo the second command; exit 1'));
  expect(await watch.printed(/Waiting for changes.*\n/)).toMatch(
    /^changed: command\.ts\n[^]*the second command\n[^]*The check one failed with exit code 1/,
  );
  save(rig, 'glidepath.config.ts', CONFIG.replace('command,', "command: 'echo the third command',"));
  expect(await watch.printed(/Waiting for changes.*\n/)).toMatch(/the third command\n/);
  save(rig, 'src/a.txt', 'b\n');
  expect(await watch.printed(/Waiting for changes.*\n/)).toMatch(
    /^changed: src\/a.txt\n[^]*the third command\n/,
  );
  expect(await watch.end()).toBe(0);
});

test('a config with a mistake is said and ends nothing; once it is mended, the checks run', async () => {
  const rig = project();
  const watch = watching(rig);
  await watch.printed(/the first command[^]*Waiting for changes.*\n/);
  save(rig, 'glidepath.config.ts', CONFIG.replace('});', '}'));
  const broken = await watch.printed(/Waiting for changes.*\n/);
  expect(broken).toMatch(/^changed: glidepath\.config\.ts\n/);
  expect(broken).toMatch(/glidepath\.config\.ts/);
  expect(broken).not.toMatch(/nothing to do|passed/);
  save(rig, 'glidepath.config.ts', CONFIG.replace("inputs: ['src/**']", "inputs: ['scr/**']"));
  expect(await watch.printed(/Waiting for changes.*\n/)).toMatch(/CHECK_GLOB_EMPTY/);
  save(rig, 'glidepath.config.ts', CONFIG.replace('command,', "command: 'echo mended',"));
  expect(await watch.printed(/Waiting for changes.*\n/)).toMatch(/\nmended\n|│ mended\n/);
  expect(await watch.end()).toBe(0);
});
