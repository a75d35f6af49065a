import type { CloudInfo } from '../../cloud/control/cloud-info.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Fetch } from '../../util/fetch.ts';
import { isThisMachine } from './process-images.ts';

/** The port of every cluster. */
const POSTGRES_PORT = 5432;

/** Where Fly is: the real one, or the local cloud. The provider is handed this and knows no more. */
export interface FlyEndpoints {
  readonly apiBaseUrl: string;
  /** Where logs and metrics are; undefined where that follows from `apiBaseUrl`. */
  readonly platformBaseUrl?: string;
  readonly registryUrl: string;
  readonly registryHost: string;
  addressOf(app: string): Promise<string>;
  /** Where this process reaches a private name (`shop-db.flycast`), as host and port; null where nothing leads there. */
  reach(host: string): Promise<string | null>;
}

/** What the endpoints depend on. */
export interface EndpointSources {
  /** The local cloud, when there is one. */
  readonly cloud: CloudInfo | null;
  readonly fetch: Fetch;
  /** Reads a variable of the environment that is no secret. */
  readonly read: (name: string) => string | undefined;
}

/**
 * The endpoints of the real platform (Machines API docs), or of the local cloud. Those of the real one can be moved by
 * the variables by which flyctl's own are: FLY_FLAPS_BASE_URL, FLY_API_BASE_URL and FLY_REGISTRY_HOST.
 */
export function flyEndpoints({ cloud, fetch, read }: EndpointSources): FlyEndpoints {
  if (cloud === null) return realEndpoints(read);
  const base = `http://127.0.0.1:${cloud.apiPort}`;
  const urlOf = async (app: string): Promise<string | null> => {
    const response = await fetch(`${base}/_glidepath/routes`, {
      headers: { authorization: `Bearer ${cloud.token}` },
    });
    const { routes } = (await response.json()) as { routes: { app: string; url: string }[] };
    return routes.find((candidate) => candidate.app === app)?.url ?? null;
  };
  return {
    apiBaseUrl: base,
    registryUrl: base,
    registryHost: `127.0.0.1:${cloud.apiPort}`,
    async reach(host) {
      const url = await urlOf(host.replace(/\.[a-z]+$/, ''));
      return url === null ? null : new URL(url).host;
    },
    async addressOf(app) {
      const url = await urlOf(app);
      if (url !== null) return url;
      throw new ToolError('PROVIDER_NOT_FOUND', `The local cloud has no address for ${app} yet.`, {
        hint: 'glidepath cloud status',
      });
    },
  };
}

function realEndpoints(read: EndpointSources['read']): FlyEndpoints {
  const registryHost = read('FLY_REGISTRY_HOST') || 'registry.fly.io';
  const platform = baseUrl('FLY_API_BASE_URL', read);
  return {
    apiBaseUrl: baseUrl('FLY_FLAPS_BASE_URL', read) ?? 'https://api.machines.dev',
    ...(platform === undefined ? {} : { platformBaseUrl: platform }),
    // As Docker has it: what is on this machine is spoken to without TLS.
    registryUrl: `${isThisMachine(registryHost) ? 'http' : 'https'}://${registryHost}`,
    registryHost,
    addressOf: (app) => Promise.resolve(`https://${app}.fly.dev`),
    reach: async (host) => ((await isPrivateNameKnown(host)) ? `${host}:${POSTGRES_PORT}` : null),
  };
}

/** Names of the private network resolve on it, and to addresses of its own only: a runner on Fly, or one with WireGuard. */
async function isPrivateNameKnown(host: string): Promise<boolean> {
  const { lookup } = await import('node:dns/promises');
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.length > 0 && found.every(({ address }) => address.startsWith('fdaa:'));
}

function baseUrl(name: string, read: EndpointSources['read']): string | undefined {
  const given = read(name) || undefined;
  if (given === undefined || /^https?:$/.test(URL.parse(given)?.protocol ?? '')) return given;
  throw new ToolError('CLI_USAGE', `${name} is no address: ${given}`, {
    hint: `Unset it, or give one that begins with https://`,
  });
}
