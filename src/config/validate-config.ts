import type { Diagnostic, SourceLocation } from '../diagnostics/diagnostic.ts';
import { pathText } from './config-path.ts';
import type { ProjectDefinition } from './definition/project-definition.ts';
import { NO_IMPORTS, type FlyTomlImports } from './fly-toml/fly-toml-reading.ts';
import type { Mistake } from './mistake.ts';
import { importedSetting } from './resolve/import-layer.ts';
import { pruned } from './prune.ts';
import { findConflicts } from './rules/find-conflicts.ts';
import { findDanglingNames } from './rules/find-dangling-names.ts';
import { findEmpty } from './rules/find-empty.ts';
import { findShapeMistakes } from './schema/find-shape-mistakes.ts';
import { createLocator } from './source/locate.ts';

/** A config that was checked. */
export interface ValidatedConfig {
  /** Every mistake and warning, in the order of the file where places are known. */
  readonly diagnostics: readonly Diagnostic[];
  /** The config as it is now known to be; null when there is an error. */
  readonly definition: ProjectDefinition | null;
}

/**
 * Checks a whole config and reports all that is wrong with it at once: its shape against the schema, the names that
 * refer to nothing, what its settings say about each other, and the fly.toml files it names (`imports`). `source` is the text of the file, to find the lines.
 */
export function validateConfig(
  config: unknown,
  options: {
    readonly file: string;
    readonly source: string;
    readonly imports?: FlyTomlImports;
    /** Unix milliseconds: without it nothing is said of exceptions that have ended. */
    readonly now?: number | undefined;
  },
): ValidatedConfig {
  const imports = options.imports ?? NO_IMPORTS;
  const shape = findShapeMistakes(config);
  const usable = pruned(config, shape);
  const mistakes = [
    ...shape,
    ...findEmpty(config),
    ...findDanglingNames(config),
    ...(usable === null ? [] : findConflicts(usable as ProjectDefinition, imports, options.now ?? null)),
  ];
  const imported = [...imports.readings.values()].flatMap((reading) => reading.diagnostics);
  if (mistakes.length === 0 && imported.length === 0)
    return { diagnostics: [], definition: config as ProjectDefinition };
  const locator = createLocator(options.source);
  const own = mistakes.map((mistake) => {
    const setting = importedSetting(config, mistake.path, imports);
    const place =
      setting === null ? placeOf(mistake, locator, options.file) : setting.reading.locate(setting.setting);
    return toDiagnostic(mistake, place);
  });
  const diagnostics = [...own, ...imported].sort(byPlaceFrom(options.file));
  const isValid = diagnostics.every((diagnostic) => diagnostic.severity === 'warning');
  return { diagnostics, definition: isValid ? (config as ProjectDefinition) : null };
}

function placeOf(mistake: Mistake, locator: ReturnType<typeof createLocator>, file: string): SourceLocation {
  return { file, ...locator.locate(mistake.path, { atKey: mistake.atKey ?? false }) };
}

function toDiagnostic(mistake: Mistake, location: SourceLocation): Diagnostic {
  const path = pathText(mistake.path);
  return {
    severity: mistake.severity ?? 'error',
    code: mistake.code,
    message: mistake.message,
    ...(mistake.hint === undefined ? {} : { hint: mistake.hint }),
    ...(path === '' ? {} : { path }),
    location,
  };
}

/** The config first, then the files it names. */
function byPlaceFrom(file: string): (one: Diagnostic, other: Diagnostic) => number {
  const rank = ({ location }: Diagnostic): string => (location?.file === file ? '' : (location?.file ?? ''));
  return (one, other) => {
    const [a, b] = [one.location, other.location];
    return (
      (rank(one) < rank(other) ? -1 : rank(one) > rank(other) ? 1 : 0) ||
      (a?.line ?? 0) - (b?.line ?? 0) ||
      (a?.column ?? 0) - (b?.column ?? 0)
    );
  };
}
