import type { ProjectDefinition } from '../definition/project-definition.ts';
import { nameHint } from '../did-you-mean.ts';
import type { FlyTomlImports } from '../fly-toml/fly-toml-reading.ts';
import type { Mistake } from '../mistake.ts';
import { standingUses, writtenImport, type WrittenImport } from '../resolve/import-layer.ts';
import { flyFileTemplate } from '../resolve/resolve-files.ts';
import type { CheckedScope } from './checked-scope.ts';
import { conflict, warning } from './conflict.ts';

/** What is wrong with the fly.toml files that settings start from. */
export function importRules(
  project: ProjectDefinition,
  scopes: readonly CheckedScope[],
  imports: FlyTomlImports,
): Mistake[] {
  return scopes.flatMap((scope) => {
    const written = writtenImport(project, scope.environmentName, scope.appName);
    if (written === null) return [];
    return [
      ...missingFile(written, imports),
      ...overwrittenFile(project, scope, written),
      ...sharedName(project, scope, written, imports).filter(() => !isTaken(scopes, written, imports)),
    ];
  });
}

function missingFile({ file, path }: WrittenImport, { missing }: FlyTomlImports): Mistake[] {
  const known = missing.get(file);
  if (known === undefined) return [];
  const hint =
    known.length === 0
      ? 'The path is from the folder of the config. Take it out to set everything in the config.'
      : nameHint(file, known, 'files');
  return [
    {
      code: 'CONFIG_UNKNOWN_REFERENCE',
      path,
      message: `There is no file ${file}.`,
      hint,
    },
  ];
}

/** What is written must not be what it is written from, or an edit of one is lost in the other. */
function overwrittenFile(
  project: ProjectDefinition,
  scope: CheckedScope,
  { file, path }: WrittenImport,
): Mistake[] {
  const generated = flyFileTemplate(project)
    ?.replaceAll('{app}', scope.appName)
    .replaceAll('{environment}', scope.environmentName);
  if (generated !== file.replace(/^\.\//, '')) return [];
  return [
    conflict(
      path,
      `is ${file}, which is also where the fly.toml of ${scope.appName} in ${scope.environmentName} is written`,
      'Keep it as your own, files: { fly: null }, or generate to other names.',
    ),
  ];
}

/** One name cannot be that of several apps. */
function sharedName(
  project: ProjectDefinition,
  scope: CheckedScope,
  { file, path }: WrittenImport,
  imports: FlyTomlImports,
): Mistake[] {
  const name = imports.readings.get(file)?.settings.platformName;
  const uses = standingUses(project, file);
  if (name === undefined || uses.length < 2 || !uses.includes(scope.environmentName)) return [];
  return [
    {
      ...warning(
        [...path, 'platformName'],
        '',
        `Write it where it belongs: environments: { production: { platformName: '${name}' } }`,
      ),
      code: 'CONFIG_NOT_IMPORTED',
      message: `app is left out: ${file} stands for ${uses.length} apps, and only one can be called ${name}.`,
    },
  ];
}

/** Whether the config gives the name to one of the apps itself. */
function isTaken(
  scopes: readonly CheckedScope[],
  { file }: WrittenImport,
  { readings }: FlyTomlImports,
): boolean {
  const name = readings.get(file)?.settings.platformName;
  return scopes.some(({ resolved }) => resolved.platformName === name);
}
