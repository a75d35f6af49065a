import type { EnvValue, ResolvedApp, ResolvedEnvironment, ResolvedFlyApp } from '../../config/resolved.ts';
import { unreachable } from '../../util/assert.ts';

/** The variables of an app, as far as a file may say them. */
export interface FlyTomlEnv {
  readonly values: Readonly<Record<string, string>>;
  /** Names of what is sent as a secret, and stands in no file. */
  readonly secrets: readonly string[];
  /** What is only known when it is deployed: an address on Vercel, or the number of a pull request. */
  readonly unknown: Readonly<Record<string, string>>;
}

/** Sorts the variables of an app by whether they may be written down. Glidepath gives what listens its PORT as well. */
export function flyTomlEnv(app: ResolvedFlyApp, environment: ResolvedEnvironment): FlyTomlEnv {
  const values: Record<string, string> = {};
  const secrets: string[] = [];
  const unknown: Record<string, string> = {};
  for (const [name, value] of Object.entries(app.env)) {
    const text = textOf(value, environment);
    if (text === null) secrets.push(name);
    else (text.known ? values : unknown)[name] = text.text;
  }
  if (app.port !== null && !Object.hasOwn(app.env, 'PORT')) values['PORT'] = String(app.port);
  return { values, secrets, unknown };
}

/** Null for a secret. */
function textOf(
  value: EnvValue,
  environment: ResolvedEnvironment,
): { readonly known: boolean; readonly text: string } | null {
  switch (value.kind) {
    case 'literal':
      return unlessTemplate(value.value);
    case 'url-of':
      return addressOf(value.app, environment, (name) => `http://${name}.flycast`);
    case 'public-url-of':
      return addressOf(value.app, environment, (name) => `https://${name}.fly.dev`);
    case 'database-url':
    case 'secret':
      return null;
    default:
      return unreachable(value);
  }
}

/** The addresses that Fly gives its apps (fly.io/docs/networking); of an app on Vercel none is known beforehand. */
function addressOf(
  name: string,
  { apps }: ResolvedEnvironment,
  address: (platformName: string) => string,
): { readonly known: boolean; readonly text: string } {
  const app: ResolvedApp | undefined = apps.find((candidate) => candidate.name === name);
  return app?.platform === 'fly'
    ? unlessTemplate(address(app.platformName))
    : { known: false, text: `the address of ${name}` };
}

function unlessTemplate(text: string): { readonly known: boolean; readonly text: string } {
  return { known: !text.includes('{pr}'), text };
}
