import { posix } from 'node:path';
import { setDuration } from './set-duration.ts';
import { honour, tableIn, tablesIn, type PlacedTable, type TomlDraft } from './toml-draft.ts';

/** How the image is built, and how it is brought onto the machines. `path` is the file's own, relative to the project. */
export function readRelease(draft: TomlDraft, path: string): void {
  const root: PlacedTable = { table: draft.rest, path: [] };
  readBuild(draft, tableIn(root, 'build'), path);
  const deploy = tableIn(root, 'deploy');
  honour(draft, deploy, 'strategy', ['strategy']);
  honour(draft, deploy, 'max_unavailable', ['maxUnavailable']);
  // Without a check there is nothing to wait for.
  if (tablesIn(tableIn(root, 'http_service'), 'checks').length > 0)
    setDuration(draft, deploy, 'wait_timeout', { setting: ['health', 'within'] });
  if (!honour(draft, deploy, 'release_command', ['migrate', 'command'])) return;
  draft.settings.push({
    path: ['migrate', 'runs'],
    value: 'release-command',
    from: [...deploy.path, 'release_command'],
  });
  // `none` is no end at all, which a deployment must have.
  if (deploy.table['release_command_timeout'] !== 'none')
    setDuration(draft, deploy, 'release_command_timeout', { setting: ['migrate', 'timeout'] });
}

/** flyctl looks for the Dockerfile from the folder of fly.toml; an address is not a file of the repository. */
function readBuild(draft: TomlDraft, build: PlacedTable, path: string): void {
  const { dockerfile } = build.table;
  if (typeof dockerfile === 'string' && !/^https?:\/\//.test(dockerfile)) {
    honour(draft, build, 'dockerfile', ['dockerfile'], (file: string) =>
      posix.join(posix.dirname(path), file),
    );
  }
  honour(draft, build, 'build-target', ['build', 'target']);
  honour(draft, build, 'args', ['build', 'args']);
}
