import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { clampTarTimes } from './clamp-tar-times.ts';
import { writeLayout, type LayoutLayer, type WrittenLayout } from './oci-layout.ts';

/** The part of `manifest.json` in what `docker save` writes; old and new engines have it alike. */
interface ArchiveManifest {
  readonly Config: string;
  readonly Layers: readonly string[];
}

/** The part of an image's config that is read or changed. */
interface ImageConfig {
  readonly created?: string;
  readonly history?: readonly { readonly created?: string }[];
  readonly rootfs: { readonly type: string; readonly diff_ids: readonly string[] };
}

/**
 * Makes an OCI layout of an unpacked `docker save`: engines before 25 save their own format only, and no engine's
 * default builder writes a layout. Layers are gzipped without a time or name, no file in them is younger than the
 * commit, and the times in the config are the commit's, so that they say nothing of when and where it was built. Throws
 * an Error when a layer is not what the config says.
 */
export async function layoutFromDockerArchive(
  archiveDir: string,
  layoutDir: string,
  options: {
    /** Milliseconds since the Unix epoch. */
    readonly createdAt: number;
    /** Keeps packed layers by what is in them: the layers of a base image are packed once and not in every build. */
    readonly layersDir: string;
  },
): Promise<WrittenLayout> {
  const [manifest] = JSON.parse(
    await readFile(join(archiveDir, 'manifest.json'), 'utf8'),
  ) as ArchiveManifest[];
  if (manifest === undefined) throw new Error('docker save wrote no image');
  const config = JSON.parse(await readFile(join(archiveDir, manifest.Config), 'utf8')) as ImageConfig;
  const diffIds = config.rootfs.diff_ids;
  if (diffIds.length !== manifest.Layers.length)
    throw new Error(`docker save wrote ${manifest.Layers.length} layers for ${diffIds.length}`);
  const layers: PackedLayer[] = [];
  await mkdir(options.layersDir, { recursive: true });
  const latest = Math.floor(options.createdAt / 1000);
  for (const [index, name] of manifest.Layers.entries())
    layers.push(
      await keptLayer(join(archiveDir, name), options.layersDir, { diffId: diffIds[index] ?? '', latest }),
    );
  const rootfs = { ...config.rootfs, diff_ids: layers.map(({ diffId }) => diffId) };
  return writeLayout(layoutDir, { config: { ...atTime(config, options.createdAt), rootfs }, layers });
}

/** A layer as the engine has it, and the moment than which nothing in it may be younger, in seconds. */
interface SavedLayer {
  readonly diffId: string;
  readonly latest: number;
}

interface PackedLayer extends LayoutLayer {
  /** Of the tar in it, in which times were changed. */
  readonly diffId: string;
}

/**
 * `<name>.tgz` is a packed layer, `<name>.json` what is known of it: written last, so that it is there only for a whole one.
 * One in which nothing is younger than this commit (a base image) is that of every later commit, too.
 */
async function keptLayer(source: string, layersDir: string, layer: SavedLayer): Promise<PackedLayer> {
  const whole = join(layersDir, layer.diffId.replace('sha256:', ''));
  for (const base of [whole, `${whole}-${layer.latest}`]) {
    const known = await readFile(`${base}.json`, 'utf8').catch(() => null);
    if (known === null) continue;
    const { latest, ...facts } = JSON.parse(known) as Omit<PackedLayer, 'file'> & { latest?: number };
    if (latest !== undefined && latest <= layer.latest) return { ...facts, file: `${base}.tgz` };
  }
  // Two builds at once may both pack it.
  const unfinished = `${whole}.${randomUUID()}.unfinished`;
  const { digest, sizeBytes, diffId } = await packedLayer(source, unfinished, layer);
  const base = diffId === layer.diffId ? whole : `${whole}-${layer.latest}`;
  await rename(unfinished, `${base}.tgz`);
  await writeFile(`${unfinished}.json`, JSON.stringify({ digest, sizeBytes, diffId, latest: layer.latest }));
  await rename(`${unfinished}.json`, `${base}.json`);
  return { file: `${base}.tgz`, digest, sizeBytes, diffId };
}

/** The layer gzipped; the tar that the engine saved must have the digest that the config names. */
async function packedLayer(
  source: string,
  target: string,
  { diffId, latest }: SavedLayer,
): Promise<PackedLayer> {
  const saved = createHash('sha256');
  const tar = createHash('sha256');
  const gzip = createHash('sha256');
  let sizeBytes = 0;
  const countGzip = passing((chunk) => {
    gzip.update(chunk);
    sizeBytes += chunk.length;
  });
  const unpack = (await isGzipped(source)) ? [createGunzip()] : [];
  // Unpacked and packed again, even where it is gzipped: one compressor, one digest.
  await pipeline([
    createReadStream(source),
    ...unpack,
    passing((chunk) => saved.update(chunk)),
    clampTarTimes(latest),
    passing((chunk) => tar.update(chunk)),
    createGzip({ level: 6 }),
    countGzip,
    createWriteStream(target),
  ]);
  const found = `sha256:${saved.digest('hex')}`;
  if (found !== diffId) throw new Error(`a layer of the image is ${found} and not ${diffId}`);
  return {
    file: target,
    digest: `sha256:${gzip.digest('hex')}`,
    sizeBytes,
    diffId: `sha256:${tar.digest('hex')}`,
  };
}

async function isGzipped(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

function atTime(config: ImageConfig, createdAt: number): ImageConfig {
  const created = new Date(createdAt).toISOString();
  return {
    ...config,
    created,
    ...(config.history === undefined
      ? {}
      : { history: config.history.map((entry) => ({ ...entry, created })) }),
  };
}

function passing(look: (chunk: Buffer) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      look(chunk);
      done(null, chunk);
    },
  });
}
