import type { EngineClient } from '../containers/engine-client.ts';
import { EngineError } from '../containers/engine-client.ts';

/** How the engine names the images that are built for checks; the tag is the digest of what one is built from. */
export const CHECK_IMAGES = 'glidepath.localhost/checks';

/** Enough for the branches and projects that somebody switches between; an older one is built again when it is needed. */
const KEPT_MAX = 10;

interface ListedImage {
  readonly RepoTags?: readonly string[] | null;
}

/** What the engine says of an image by its name; both times as ISO 8601. */
interface InspectedImage {
  readonly Created?: string;
  /** When it got its name here: a build that finds all its layers gives an image that was created long ago. */
  readonly Metadata?: { readonly LastTagTime?: string };
}

/** Removes the oldest images of checks beyond the ten that are kept, but not this one. Never throws for one in use. */
export async function pruneCheckImages(client: EngineClient, current: string): Promise<void> {
  const others = (await checkImages(client)).filter(({ name }) => name !== current);
  for (const { name } of others.slice(KEPT_MAX - 1)) await remove(client, name);
}

/**
 * Removes the images of checks that were built before a time (epoch milliseconds), with their layers; one that a container
 * uses is left. Returns how many are gone.
 */
export async function removeCheckImages(client: EngineClient, builtBefore: number): Promise<number> {
  const old = (await checkImages(client)).filter((image) => image.builtAt < builtBefore);
  let removed = 0;
  for (const { name } of old) if (await remove(client, name)) removed++;
  return removed;
}

/** The newest first. */
async function checkImages(
  client: EngineClient,
): Promise<readonly { readonly name: string; readonly builtAt: number }[]> {
  const filters = JSON.stringify({ reference: [CHECK_IMAGES] });
  const listed = (await client.json({
    method: 'GET',
    path: '/images/json',
    query: { filters },
  })) as readonly ListedImage[];
  const images: { name: string; builtAt: number }[] = [];
  for (const name of listed.flatMap(({ RepoTags }) => RepoTags ?? [])) {
    if (!name.startsWith(`${CHECK_IMAGES}:`)) continue;
    const image = (await client.jsonOrNull({
      method: 'GET',
      path: `/images/${name}/json`,
    })) as InspectedImage | null;
    if (image !== null) images.push({ name, builtAt: builtAt(image) });
  }
  return images.toSorted((one, other) => other.builtAt - one.builtAt);
}

function builtAt({ Created, Metadata }: InspectedImage): number {
  const times = [Created, Metadata?.LastTagTime].map((time) => Date.parse(time ?? ''));
  return Math.max(0, ...times.filter((time) => !Number.isNaN(time)));
}

/** False for one that is in use, or gone already. */
async function remove(client: EngineClient, name: string): Promise<boolean> {
  try {
    await client.json({ method: 'DELETE', path: `/images/${name}` });
    return true;
  } catch (error) {
    if (error instanceof EngineError) return false;
    throw error;
  }
}
