import type { Mistake } from '../mistake.ts';
import { pathText, type ConfigPath } from '../config-path.ts';

/** Something wrong with a key of a fly.toml; `says` follows its name. No full stop. */
export function tomlMistake(code: Mistake['code'], path: ConfigPath, says: string, hint: string): Mistake {
  return { code, path, message: `${pathText(path)} ${says}.`, hint };
}

/** A key that is read in another way than written, or not at all; likewise. */
export function tomlWarning(path: ConfigPath, says: string, hint: string): Mistake {
  return { ...tomlMistake('CONFIG_NOT_IMPORTED', path, says, hint), severity: 'warning' };
}
