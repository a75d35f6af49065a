import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ResolvedFlyApp } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';

/** The command an image starts with: the app's own, or what is usual for its stack. Throws BUILD_FAILED when none is known. */
export async function startCommand(app: ResolvedFlyApp, root: string): Promise<readonly string[]> {
  if (app.command !== null) return app.command;
  if (app.stack.name === 'nextjs') return ['node', '.next/standalone/server.js'];
  const script = app.stack.name === 'node' ? await startScript(root) : null;
  if (script !== null) return ['/bin/sh', '-c', `exec ${script}`];
  throw new ToolError('BUILD_FAILED', `It is not known how to start ${app.name}.`, {
    hint: `Say it in glidepath.config.ts: apps.${app.name}.command`,
  });
}

async function startScript(root: string): Promise<string | null> {
  try {
    const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      scripts?: { start?: unknown };
    };
    return typeof manifest.scripts?.start === 'string' ? manifest.scripts.start : null;
  } catch {
    return null;
  }
}
