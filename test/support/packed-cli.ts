import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Packs the package once for the whole e2e project and installs it the way npm would, its dependencies linked from
 * this checkout: the tests run what users get, and need no network.
 */
export default function setup(project: TestProject): () => void {
  const home = mkdtempSync(join(tmpdir(), 'glidepath-packed-'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', home], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const tarball = readdirSync(home).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm pack made no tarball');
  const modules = join(home, 'node_modules');
  const target = join(modules, 'glidepath');
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['-xzf', join(home, tarball), '-C', target, '--strip-components=1']);
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of Object.keys(dependencies)) {
    const link = join(modules, name);
    mkdirSync(join(link, '..'), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), link);
  }
  project.provide('cli', join(target, 'bin', 'glidepath.js'));
  return () => rmSync(home, { recursive: true, force: true });
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** The executable of the packed package. */
    cli: string;
  }
}
