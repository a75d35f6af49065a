import { createBuilder } from '../../src/providers/build/builder.ts';
import { createGitSource } from '../../src/providers/git/git-source.ts';
import { loadProject } from '../../src/config/load-project.ts';
import { systemClock } from '../../src/util/clock.ts';

/**
 * Builds every Fly app of a project's environment in process mode, in a process of its own, and prints the digests as JSON:
 * `node build-once.ts <root> <workDir> <environment>`.
 */
const [root = '', workDir = '', environmentName = ''] = process.argv.slice(2);
const { project } = await loadProject({ cwd: root });
const source = createGitSource({ root });
const builder = createBuilder({ source, root, workDir, clock: systemClock });
const commit = await source.resolveRef('HEAD');
const environment = project.environments.find(({ name }) => name === environmentName);
const digests: Record<string, string> = {};
for (const app of environment?.apps ?? []) {
  if (app.platform !== 'fly') continue;
  const { digest } = await builder.build({
    app,
    commit,
    log: () => undefined,
    signal: new AbortController().signal,
  });
  digests[app.name] = digest;
}
process.stdout.write(JSON.stringify(digests));
