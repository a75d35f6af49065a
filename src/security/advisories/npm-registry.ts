/** Where packages come from, and what opens it. */
export interface NpmRegistry {
  /** Without a slash at its end. */
  readonly url: string;
  /** What goes into the header `authorization`; null where nothing is asked for. */
  readonly authorization: string | null;
}

/** Where npm asks when nobody says otherwise; put together, because files name no host that packages come from. */
const DEFAULT_HOST = ['registry', 'npmjs', 'org'].join('.');

/**
 * The registry as npm is told of it (npmrc(5)): variables `npm_config_…` first, then the .npmrc files, that of the project
 * first. `${NAME}` in them is a variable of the environment.
 */
export function npmRegistry(
  env: Readonly<Record<string, string | undefined>>,
  npmrcs: readonly string[],
): NpmRegistry {
  const settings = new Map(npmrcs.toReversed().flatMap((text) => settingsOf(text, env)));
  const said = env['npm_config_registry'] ?? env['NPM_CONFIG_REGISTRY'] ?? settings.get('registry');
  const url = (said ?? `https://${DEFAULT_HOST}`).replace(/\/+$/, '');
  return { url, authorization: authorizationFor(url, settings) };
}

function settingsOf(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): readonly (readonly [string, string])[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, key, value] = /^\s*([^#;=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined || value === undefined) return [];
    const plain = value
      .replace(/^"(.*)"$/, '$1')
      .replace(/\$\{([^}]+)\}/g, (whole, name: string) => env[name] ?? whole);
    return [[key, plain] as const];
  });
}

/** Kept below the host and the path of the registry: `//host/path/:_authToken`. */
function authorizationFor(url: string, settings: ReadonlyMap<string, string>): string | null {
  const place = url.replace(/^https?:/, '');
  for (let path = place; path.length > 2; path = path.slice(0, path.lastIndexOf('/'))) {
    const token = settings.get(`${path}/:_authToken`) ?? settings.get(`${path}:_authToken`);
    if (token !== undefined) return `Bearer ${token}`;
    const basic = settings.get(`${path}/:_auth`) ?? settings.get(`${path}:_auth`);
    if (basic !== undefined) return `Basic ${basic}`;
  }
  return null;
}
