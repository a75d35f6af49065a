import type { ConfigPath } from '../config-path.ts';
import type { TomlDraft } from './toml-draft.ts';

/** The key that a setting is from; where it is from none, that of a setting beside it. The document, where that fails. */
export function sourceOf({ settings }: Pick<TomlDraft, 'settings'>, setting: ConfigPath): ConfigPath {
  for (let length = setting.length; length > 0; length -= 1) {
    const around = setting.slice(0, length);
    const found = settings.find(({ path }) => around.every((part, index) => path[index] === part));
    if (found !== undefined) return found.from;
  }
  return [];
}
