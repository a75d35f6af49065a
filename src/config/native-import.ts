import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { dirname, sep } from 'node:path';
import { ownFile } from '../util/own-file.ts';
import type { ConfigImport } from './config-sources.ts';

/**
 * Imports a config file with Node's own loader, which takes TypeScript's types out. `glidepath` is always the running
 * tool itself, so a repository without package.json or node_modules works, and one with another version installed gets
 * no mixture. Every `.ts` file outside node_modules is read as an ES module, whatever `type` its package.json has or
 * lacks. `version` makes an edited file load again; with `isFresh` also all modules of the project that it imports. `onImport`
 * hears of every module that the file and its modules import, besides `glidepath`.
 *
 * A file of its own, because it is loaded through `createRequire`: a bundler or test runner that rewrites `import()`
 * would otherwise take the loading of the user's file over, with other rules and other error messages.
 * @public Unused exports are searched for without looking into `createRequire`.
 */
export async function importNatively(
  file: string,
  { version, isFresh }: { readonly version: string; readonly isFresh: boolean },
  onImport: (each: ConfigImport) => void,
): Promise<Record<string, unknown>> {
  const own = `${dirname(fileURLToPath(publicApiUrl()))}${sep}`;
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (specifier === 'glidepath') return { url: publicApiUrl(), shortCircuit: true };
      const resolved = next(specifier, context);
      const isOwn = pathOf(context.parentURL)?.startsWith(own) === true;
      if (!isOwn && context.parentURL !== undefined) onImport({ specifier, file: pathOf(resolved.url) });
      const url =
        isFresh && !isOwn && isOfProject(resolved.url) ? withVersion(resolved.url, version) : resolved.url;
      return { ...resolved, url, ...(isOwnTypeScript(url) ? { format: 'module-typescript' } : {}) };
    },
  });
  try {
    return (await import(withVersion(pathToFileURL(file).href, version))) as Record<string, unknown>;
  } finally {
    hooks.deregister();
  }
}

/** The public API of this very tool: the source in development, the built file in a package. */
function publicApiUrl(): string {
  return pathToFileURL(ownFile('index')).href;
}

/** Null for what is no file, such as a module of Node. */
function pathOf(url: string | undefined): string | null {
  return url?.startsWith('file:') === true ? fileURLToPath(url.replace(/[?#].*$/, '')) : null;
}

function withVersion(url: string, version: string): string {
  const versioned = new URL(url);
  versioned.searchParams.set('version', version);
  return versioned.href;
}

function isOfProject(url: string): boolean {
  return url.startsWith('file:') && !url.includes('/node_modules/');
}

function isOwnTypeScript(url: string): boolean {
  return /\.ts(\?|$)/.test(url) && !url.includes('/node_modules/');
}
