import type { Finding } from '../../reports/finding.ts';
import type { AdvisoryIndex } from '../advisories/match-advisories.ts';
import { matchAdvisories } from '../advisories/match-advisories.ts';
import type { Inventory } from '../components/component.ts';
import { findSecrets } from '../secrets/find-secrets.ts';
import { applyLayers, type ImageFile } from './image-files.ts';
import { imageInventory } from './image-packages.ts';
import { judgeImage } from './judge-image.ts';
import { openImage } from './open-image.ts';
import { readLayer, type ReadLayer } from './read-layer.ts';
import { isForSecrets } from './wanted-files.ts';

/** What came of an image. */
export interface ScannedImage {
  readonly inventory: Inventory;
  readonly findings: readonly Finding[];
  readonly layers: number;
  readonly files: number;
}

/**
 * Looks into an image on disk (an OCI layout, or an unpacked `docker save`), without a network and without unpacking it: its
 * packages against advisories, its user and rights, and secrets in every layer, also in files that a later one takes away.
 */
export async function scanImage(
  directory: string,
  source: string,
  advisories: AdvisoryIndex,
): Promise<ScannedImage> {
  const { config, layers: names } = await openImage(directory);
  const layers: ReadLayer[] = [];
  for (const [at, name] of names.entries()) layers.push(await readLayer(name, at));
  const files = applyLayers(layers);
  const inventory = imageInventory(source, files);
  const findings = [
    ...judgeImage({ source, config, files, outside: layers.flatMap(({ outside }) => outside) }),
    ...matchAdvisories(advisories, inventory, 'image'),
  ];
  for (const file of layers.flatMap((layer) => layer.files))
    findings.push(...(await secretsIn(file, files, source)));
  return { inventory, findings, layers: layers.length, files: files.size };
}

async function secretsIn(
  file: ImageFile,
  seen: ReadonlyMap<string, ImageFile>,
  source: string,
): Promise<readonly Finding[]> {
  if (file.text === null || !isForSecrets(file.path)) return [];
  const isGone = seen.get(file.path) !== file;
  const { findings } = await findSecrets(file.path, file.text);
  return findings.map((finding) => ({
    ...finding,
    tool: 'image',
    message: `${finding.message.replace(/\.$/, '')} in /${file.path}:${finding.place?.line} of layer ${file.layer + 1}${isGone ? ', which a later layer only hides' : ''}.`,
    hint: 'Make a new one where it was made, and build without it: RUN --mount=type=secret.',
    place: { path: source, line: null },
  }));
}
