import { join, relative } from 'node:path';
import type { CheckExecution, ExecutionEnd } from '../../../checks/execute-check.ts';
import { madeGlobs } from '../../../checks/inputs/made-by-checks.ts';
import { matchGlobs } from '../../../checks/inputs/match-globs.ts';
import { layerChanges } from '../../../cloud/check-containers/layer-changes.ts';
import { runCheckContainer } from '../../../cloud/check-containers/run-check-container.ts';
import type { CheckContainerSpec } from '../../../cloud/check-containers/check-container-spec.ts';
import { takeOver } from '../../../cloud/check-containers/take-over.ts';
import type { EngineClient } from '../../../cloud/containers/engine-client.ts';
import { systemClock } from '../../../util/clock.ts';
import { directoriesThere, writableDirectories } from './declared-directories.ts';
import { gitFiles } from './git-files.ts';
import { makeLayerDirectory, type LayerDirectory } from './layer-directory.ts';
import type { OwnCommandInside } from './own-command-inside.ts';
import { serviceAddresses } from './service-addresses.ts';

/** What carrying a check out in a container needs. */
export interface InContainer {
  readonly client: EngineClient;
  /** As the engine knows it. */
  readonly image: string;
  /** How a check calls this very command; null: not at all. */
  readonly own: OwnCommandInside | null;
  readonly redact: (text: string) => string;
  /** Whether the engine can lay a layer over the checkout: not where it has files of its own. */
  readonly isLayered: boolean;
}

/**
 * Carries one attempt out in a container. It sees the checkout as it lies there, and what it writes lands in a layer above
 * it: from there what it declares is taken over, however it ended, and everything else stays out of the checkout. What git
 * ignores is not told of, as on the host.
 */
export async function executeInContainer(
  place: InContainer,
  execution: CheckExecution,
): Promise<ExecutionEnd> {
  const { check, root } = execution;
  const { top, elsewhere } = await gitFiles.top(root);
  const prefix = relative(top, root);
  const inTop = (path: string): string => (prefix === '' ? path : `${prefix}/${path}`);
  const globs = madeGlobs(check);
  const isMade = matchGlobs(globs);
  await using layer = await makeLayerDirectory(top);
  const { isLayered } = place;
  const whole = isLayered ? await directoriesThere(root, globs) : await writableDirectories(root, globs);
  const spec = specOf(place, execution, { top, elsewhere, layer, whole });
  const end = await runCheckContainer({ ...place, ...execution, clock: systemClock, spec });
  const ended = { exitCode: end.exitCode, timedOut: end.timedOut, left: [] };
  if (!isLayered) return ended;
  const changes = await layerChanges(layer.upper, top);
  const isDeclared = (path: string): boolean =>
    prefix === '' ? isMade(path) : path.startsWith(`${prefix}/`) && isMade(path.slice(prefix.length + 1));
  const { listed } = end;
  const rest = await takeOver({
    upper: layer.upper,
    top,
    changes,
    isDeclared,
    whole: whole.map(inTop),
    listed,
  });
  const files = rest.filter(({ kind, path }) => kind !== 'directory' && !isOfGit(path));
  const ignored = await gitFiles.ignored(
    top,
    files.map(({ path }) => path),
  );
  const outside = files.filter(({ path }) => !ignored.has(path));
  return { ...ended, wroteOutside: outside.map(({ path }) => relative(root, join(top, path))) };
}

interface SpecParts {
  readonly top: string;
  readonly elsewhere: string | null;
  readonly layer: LayerDirectory;
  readonly whole: readonly string[];
}

function specOf(
  place: InContainer,
  { check, root, env }: CheckExecution,
  { top, elsewhere, layer, whole }: SpecParts,
): CheckContainerSpec {
  const inside = serviceAddresses(env, check.services);
  const own = place.own === null ? [] : [place.own.directory, place.own.installed];
  // What lies in the checkout is there already.
  const readable = [...own, ...(elsewhere === null ? [] : [elsewhere])];
  const directories = whole.map((path) => join(root, path));
  return {
    name: check.name,
    image: place.image,
    top,
    writes: place.isLayered ? { kind: 'layer', ...layer } : { kind: 'direct', directories },
    readable: readable.filter((path) => path !== top && !path.startsWith(`${top}/`)),
    exchange: layer.exchange,
    listed: place.isLayered ? directories : [],
    workDir: join(root, check.directory),
    command: check.command,
    path: place.own === null ? [] : [place.own.directory],
    envAt: inside.envAt,
    user: `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`,
    hasNetwork: check.network,
    ports: inside.ports,
    timeoutMs: check.timeoutMs,
  };
}

/** Git writes there when it is only asked. */
function isOfGit(path: string): boolean {
  return path === '.git' || path.startsWith('.git/');
}
