import type { EnvironmentDefinition } from '../definition/environment-definition.ts';
import { environmentKind } from './environment-kind.ts';
import { lastWritten, type AppScope } from './layers.ts';

/**
 * A template with `{project}`, `{environment}` and `{app}` filled in. In a review environment `{environment}` stands
 * for `pr-{pr}`, unless the template places `{pr}` itself; `{pr}` stays, to be filled in for each pull request.
 */
export function expandTemplate(
  template: string,
  names: {
    readonly project: string;
    readonly environmentName: string;
    readonly environment: EnvironmentDefinition;
    readonly app?: string;
  },
): string {
  const isReview = environmentKind(names.environment) === 'review';
  const environment = isReview && !template.includes('{pr}') ? 'pr-{pr}' : names.environmentName;
  return template
    .replaceAll('{project}', names.project)
    .replaceAll('{environment}', environment)
    .replaceAll('{app}', names.app ?? '');
}

/** The name of an app on its platform. */
export function platformNameOf(scope: AppScope): string {
  const written = lastWritten(scope.layers, 'platformName');
  return expandTemplate(written?.value ?? defaultTemplate(scope), {
    project: scope.project.name,
    environmentName: scope.environmentName,
    environment: scope.environment,
    app: scope.appName,
  });
}

/** Vercel keeps production and previews of an app in one project; everywhere else an environment has its own apps. */
function defaultTemplate({ project, app }: AppScope): string {
  const isOnly = Object.values(project.apps).filter((other) => other.platform === app.platform).length === 1;
  if (app.platform === 'vercel') return isOnly ? '{project}' : '{project}-{app}';
  return Object.keys(project.apps).length === 1 ? '{project}-{environment}' : '{project}-{environment}-{app}';
}
