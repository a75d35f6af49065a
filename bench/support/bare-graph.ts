import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { needOf, packageNames, taskOf, type MonorepoShape } from './monorepo.ts';

/**
 * The tasks of a repository, each in a shell as soon as its need is done, `atOnce` of them at a time: nothing is looked at,
 * kept or shown. What no runner of tasks can be faster than. Returns the wall time in milliseconds.
 */
export async function runBareGraph(root: string, shape: MonorepoShape, atOnce: number): Promise<number> {
  const names = packageNames(shape);
  const command = taskOf(shape);
  const waiting = names.map((name, index) => ({ name, need: needOf(names, index) }));
  const done = new Set<string>();
  const running = new Set<Promise<void>>();
  const began = performance.now();
  while (done.size < names.length) {
    for (let next = ready(); next >= 0 && running.size < atOnce; next = ready()) {
      const [{ name } = { name: '' }] = waiting.splice(next, 1);
      const task = runShell(command, join(root, 'packages', name)).then(() => {
        done.add(name);
        running.delete(task);
      });
      running.add(task);
    }
    await Promise.race(running);
  }
  return performance.now() - began;

  function ready(): number {
    return waiting.findIndex(({ need }) => need === null || done.has(need));
  }
}

function runShell(command: string, cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', command], { cwd, stdio: 'ignore' });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ended with exit code ${code}`));
    });
  });
}
