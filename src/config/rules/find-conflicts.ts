import type { ProjectDefinition } from '../definition/project-definition.ts';
import { NO_IMPORTS, type FlyTomlImports } from '../fly-toml/fly-toml-reading.ts';
import type { Mistake } from '../mistake.ts';
import { writtenImport } from '../resolve/import-layer.ts';
import { appScopes } from '../resolve/layers.ts';
import { resolveApp } from '../resolve/resolve-app.ts';
import type { CheckedScope } from './checked-scope.ts';
import { appRules } from './app-rules.ts';
import { checkRules } from './check-rules.ts';
import { ciRules } from './ci-rules.ts';
import { domainRules } from './domain-rules.ts';
import { environmentRules } from './environment-rules.ts';
import { fileRules } from './file-rules.ts';
import { flyRules } from './fly-rules.ts';
import { gateRules } from './gate-rules.ts';
import { githubLimits } from './github-limits.ts';
import { githubRules } from './github-rules.ts';
import { importRules } from './import-rules.ts';
import { migrateAfterRules } from './migrate-after-rules.ts';
import { orderRules } from './order-rules.ts';
import { platformNameRules } from './platform-name-rules.ts';
import { tokenRules } from './token-rules.ts';
import { urlRules } from './url-rules.ts';
import { volumeRules } from './volume-rules.ts';

/**
 * Everything that settings of the right shape say against each other. Never stops at the first. Without `now` nothing is
 * said of what ends at a day.
 */
export function findConflicts(
  project: ProjectDefinition,
  imports: FlyTomlImports = NO_IMPORTS,
  now: number | null = null,
): Mistake[] {
  const scopes = Object.keys(project.environments)
    .flatMap((name) => appScopes(project, name, imports))
    .map((scope): CheckedScope => ({ ...scope, resolved: resolveApp(scope) }));
  // Nothing is known of an app whose fly.toml cannot be read: what it seems to lack may be written there.
  const known = scopes.filter((scope) => isReadable(scope, imports));
  return unique([
    ...githubRules(project),
    ...githubLimits(project),
    ...checkRules(project),
    ...ciRules(project, now),
    ...gateRules(project),
    ...migrateAfterRules(project),
    ...environmentRules(project),
    ...orderRules(project),
    ...known.flatMap(appRules),
    ...known.flatMap(flyRules),
    ...known.flatMap(volumeRules),
    ...domainRules(scopes),
    ...urlRules(project, known),
    ...platformNameRules(project, scopes),
    ...tokenRules(project, scopes),
    ...fileRules(project, scopes),
    ...importRules(project, scopes, imports),
  ]);
}

function isReadable({ project, environmentName, appName }: CheckedScope, imports: FlyTomlImports): boolean {
  const written = writtenImport(project, environmentName, appName);
  if (written === null) return true;
  const reading = imports.readings.get(written.file);
  return reading?.diagnostics.every(({ code }) => code !== 'CONFIG_TOML_SYNTAX') === true;
}

/** What is written once, at an app, is wrong in every environment, and said once. */
function unique(mistakes: readonly Mistake[]): Mistake[] {
  return [
    ...new Map(
      mistakes.map((mistake) => [JSON.stringify([mistake.path, mistake.message]), mistake]),
    ).values(),
  ];
}
