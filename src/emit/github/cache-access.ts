import type { ResolvedProject } from '../../config/resolved.ts';
import { noted, type Yaml, type YamlMap } from '../yaml/yaml-data.ts';
import { CACHE_ACTION } from './cache-action.ts';
import { expression, quoted } from './expressions.ts';
import { NO_DOLLAR, zizmorIgnore } from './zizmor-ignore.ts';

/** The private key that signs for the main branch. */
const SIGNING_KEY = 'GLIDEPATH_CACHE_KEY';

/** Why our rule about secrets and environments is set aside here. */
const IGNORE =
  'glidepath-ignore secrets-outside-env: a called workflow has no environment secrets; only pushes get it';

/** The variables that open the shared cache: secrets of the repository. GitHub's own cache has none. */
function cacheTokens({ cache }: ResolvedProject): readonly string[] {
  const { remote } = cache;
  if (remote === null || remote.kind === 'github') return [];
  if (remote.kind === 'http') return remote.token === null ? [] : [remote.token];
  return [remote.accessKeyId, remote.secretAccessKey];
}

function secretNames(project: ResolvedProject): readonly string[] {
  const { remote, trust } = project.cache;
  if (remote === null) return [];
  return [...new Set([...cacheTokens(project), ...(trust.length > 0 ? [SIGNING_KEY] : [])])];
}

/** The secrets that the checks may be given by whoever calls them; undefined for none. */
export function cacheSecretInputs(project: ResolvedProject): YamlMap | undefined {
  const names = secretNames(project);
  if (names.length === 0) return undefined;
  return Object.fromEntries(names.map((name) => [name, { required: false }]));
}

/** The same, as they are passed on to the checks. */
export function cacheSecrets(project: ResolvedProject): YamlMap | undefined {
  const names = secretNames(project);
  if (names.length === 0) return undefined;
  return Object.fromEntries(names.map((name) => [name, expression(`secrets.${name}`)]));
}

/**
 * What opens the shared cache, for the step of a check. Only a push has it: what a pull request runs nobody has read yet,
 * and by hand any commit can be named. The key is for pushes to the main branch alone, in which the commit is the one that
 * was pushed there. Elsewhere the variables are empty, and the check runs without.
 */
export function cacheEnv(project: ResolvedProject): YamlMap {
  const isPush = "github.event_name == 'push'";
  const isMain = `${isPush} && github.ref == ${quoted(`refs/heads/${project.mainBranch}`)}`;
  return Object.fromEntries(
    secretNames(project).map((name) => [
      name,
      noted(expression(`${name === SIGNING_KEY ? isMain : isPush} && secrets.${name} || ''`), {
        beside: IGNORE,
      }),
    ]),
  );
}

/** The step before a check that lets it reach the cache of GitHub; none where that is not used. */
export function cacheSteps({ cache }: ResolvedProject): Yaml[] {
  return cache.remote?.kind === 'github'
    ? [
        {
          name: "Connect to GitHub's cache",
          uses: noted(`./${CACHE_ACTION}`, {
            above: `glidepath-ignore self-repository: ${NO_DOLLAR}`,
            beside: zizmorIgnore('self-repository', NO_DOLLAR),
          }),
        },
      ]
    : [];
}

/**
 * Whether the checks have to run for pushes to the main branch by themselves: what main makes is what everybody else
 * finds, and no deployment that calls them is started by such a push.
 */
export function runsOnMain({ cache, environments, mainBranch }: ResolvedProject): boolean {
  if (cache.remote === null) return false;
  return !environments.some(
    ({ kind, on }) =>
      kind === 'standing' && on.some((trigger) => trigger.kind === 'push' && trigger.branch === mainBranch),
  );
}
