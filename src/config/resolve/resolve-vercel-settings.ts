import type { VercelAppDefinition } from '../definition/app-definition.ts';
import type { ResolvedVercelApp } from '../resolved.ts';
import { mergedSetting, type AppScope } from './layers.ts';

/** What an app on Vercel has beside what every app has. The variables are those of Vercel's own CLI. */
export function resolveVercelSettings(
  scope: AppScope,
  app: VercelAppDefinition,
): Pick<ResolvedVercelApp, 'platform' | 'framework' | 'token' | 'orgId' | 'projectId' | 'target'> {
  const account = mergedSetting(scope.layers, 'vercel') ?? {};
  return {
    platform: 'vercel',
    framework: app.framework,
    token: account.token ?? 'VERCEL_TOKEN',
    orgId: account.orgId ?? 'VERCEL_ORG_ID',
    projectId: account.projectId ?? 'VERCEL_PROJECT_ID',
    target: account.target ?? (scope.environmentName === 'production' ? 'production' : 'preview'),
  };
}
