import { Header } from 'tar';
import type { ContainerImage, ContainerImages } from '../containers/container-images.ts';
import type { BlobStore } from './blob-store.ts';
import { envOfImage, findImage, imageInvalid } from './image-lookup.ts';
import type { FoundImage } from './image-lookup.ts';
import type { ManifestStore } from './manifest-store.ts';

const BLOCK = 512;

/** The images of a registry for a container engine, straight from its store. */
export function containerImages(blobs: BlobStore, manifests: ManifestStore): ContainerImages {
  return {
    async describe(reference) {
      const found = await findImage(blobs, manifests, reference);
      return found === null ? null : described(found);
    },
    async archive(reference, name) {
      const found = await findImage(blobs, manifests, reference);
      return found === null ? null : archiveOf(blobs, found, name);
    },
  };
}

function described(found: FoundImage): ContainerImage {
  const { repository, tag, digest, manifest, config } = found;
  const run = config.config ?? {};
  // What builds containers leaves a time or a history in the config; what packs files for processes leaves neither.
  const isContainer =
    config.created !== undefined || config.history !== undefined || manifest.layers.length !== 1;
  return {
    repository,
    tag,
    digest,
    isContainer,
    command: [...(run.Entrypoint ?? []), ...(run.Cmd ?? [])],
    workDir: run.WorkingDir === undefined || run.WorkingDir === '' ? '/' : run.WorkingDir,
    env: envOfImage(config),
    labels: run.Labels ?? {},
  };
}

/** The tar that `docker save` would write (and every engine loads): config and layers, and `manifest.json` naming them. */
async function* archiveOf(blobs: BlobStore, found: FoundImage, name: string): AsyncGenerator<Uint8Array> {
  const { config, layers } = found.manifest;
  if (config === null) throw imageInvalid(`${found.digest} has no config`);
  const files = [config, ...layers].map(({ digest }) => ({
    digest,
    path: `${digest.replace(':', '-')}.blob`,
  }));
  const [configFile, ...layerFiles] = files;
  const index = [{ Config: configFile?.path, RepoTags: [name], Layers: layerFiles.map(({ path }) => path) }];
  const written = new Set<string>();
  for (const { digest, path } of files) {
    // An empty layer may be there twice.
    if (written.has(path)) continue;
    written.add(path);
    const size = await blobs.sizeOf(digest);
    if (size === null) throw imageInvalid(`blob ${digest} is not in the registry`);
    yield header(path, size);
    yield* blobs.stream(digest) as AsyncIterable<Uint8Array>;
    yield padding(size);
  }
  const bytes = Buffer.from(JSON.stringify(index));
  yield header('manifest.json', bytes.length);
  yield bytes;
  yield padding(bytes.length);
  yield Buffer.alloc(2 * BLOCK);
}

function header(path: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  new Header({ path, size, mode: 0o644, type: 'File', uid: 0, gid: 0, mtime: new Date(0) }).encode(block, 0);
  return block;
}

function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}
