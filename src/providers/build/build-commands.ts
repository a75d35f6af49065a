import type { ResolvedFlyApp } from '../../config/resolved.ts';

/**
 * The server of Next.js looks for what it serves itself below its own folder, and its build does not put it there
 * (nextjs.org/docs/app/api-reference/config/next-config-js/output).
 */
const STANDALONE = [
  'if [ -d .next/standalone ]; then cp -R .next/static .next/standalone/.next/',
  '{ [ ! -d public ] || cp -R public .next/standalone/; }; fi',
].join(' && ');

/** What is run in the export of a commit before the image of an app is packed. */
export function buildCommands({ stack }: Pick<ResolvedFlyApp, 'stack'>): readonly string[] {
  return stack.name === 'nextjs' ? [...stack.build, STANDALONE] : stack.build;
}
