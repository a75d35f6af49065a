import { pathText, type ConfigPath } from '../config-path.ts';
import type { Mistake } from '../mistake.ts';

/** Two settings that contradict each other; `says` follows the path of the one that is shown. No full stop. */
export function conflict(path: ConfigPath, says: string, hint: string): Mistake {
  return { code: 'CONFIG_CONFLICT', path, message: `${pathText(path)} ${says}.`, hint };
}

/** A value that the platform does not take; likewise. */
export function impossible(path: ConfigPath, says: string, hint: string): Mistake {
  return { code: 'CONFIG_INVALID_VALUE', path, message: `${pathText(path)} ${says}.`, hint };
}

/** Something that works and is probably not meant; likewise. */
export function warning(path: ConfigPath, says: string, hint: string): Mistake {
  return { ...conflict(path, says, hint), severity: 'warning' };
}
