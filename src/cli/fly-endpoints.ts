import type { CloudInfo } from '../cloud/control/cloud-info.ts';
import { ToolError } from '../diagnostics/tool-error.ts';
import type { Fetch } from '../util/fetch.ts';

/** Where Fly is: the real one, or the local cloud. The provider is handed this and knows no more. */
export interface FlyEndpoints {
  readonly apiBaseUrl: string;
  readonly registryUrl: string;
  readonly registryHost: string;
  addressOf(app: string): Promise<string>;
}

/** The endpoints of the real platform (Machines API docs), or of the local cloud when there is one. */
export function flyEndpoints(cloud: CloudInfo | null, fetch: Fetch): FlyEndpoints {
  if (cloud === null) {
    return {
      apiBaseUrl: 'https://api.machines.dev',
      registryUrl: 'https://registry.fly.io',
      registryHost: 'registry.fly.io',
      addressOf: (app) => Promise.resolve(`https://${app}.fly.dev`),
    };
  }
  const base = `http://127.0.0.1:${cloud.apiPort}`;
  return {
    apiBaseUrl: base,
    registryUrl: base,
    registryHost: `127.0.0.1:${cloud.apiPort}`,
    async addressOf(app) {
      const response = await fetch(`${base}/_glidepath/routes`, {
        headers: { authorization: `Bearer ${cloud.token}` },
      });
      const { routes } = (await response.json()) as { routes: { app: string; url: string }[] };
      const route = routes.find((candidate) => candidate.app === app);
      if (route !== undefined) return route.url;
      throw new ToolError('PROVIDER_NOT_FOUND', `The local cloud has no address for ${app} yet.`, {
        hint: 'glidepath cloud status',
      });
    },
  };
}
