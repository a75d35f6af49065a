import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Hono } from 'hono';
import type { ContainerImages } from '../containers/container-images.ts';
import { BlobStore } from './blob-store.ts';
import { containerImages } from './image-archive.ts';
import type { ImageStore } from './image-store.ts';
import { ManifestStore } from './manifest-store.ts';
import type { RegistryImage } from './manifest-store.ts';
import { registryRoutes } from './registry-routes.ts';
import { UnpackedImages } from './unpacked-images.ts';

/** What {@link createRegistry} needs. */
export interface RegistryOptions {
  /** Holds everything; one registry at a time may have it. */
  readonly stateDir: string;
  /** Whether there is an app of this name; only apps have repositories. */
  readonly appExists: (name: string) => boolean | Promise<boolean>;
}

/** A registry on disk. */
export interface Registry {
  /** `/v2/…`; whoever mounts them has seen to the token, see `registry-auth.ts`. */
  readonly routes: Hono;
  readonly images: ImageStore;
  /** The same images for a container engine. */
  readonly containerImages: ContainerImages;
  /** Every image, the last pushed first. */
  list(): Promise<readonly RegistryImage[]>;
  /** Removes an image, its tags, its unpacked form, and the blobs nothing else uses. False when it was not there. */
  deleteImage(repository: string, digest: string): Promise<boolean>;
}

/** Opens the registry on its directory. What a killed process left half-written is removed. */
export async function createRegistry(options: RegistryOptions): Promise<Registry> {
  await mkdir(options.stateDir, { recursive: true });
  const stateDir = await realpath(options.stateDir);
  const blobs = await BlobStore.open(stateDir);
  const manifests = new ManifestStore(stateDir, blobs);
  const images = await UnpackedImages.create(join(stateDir, 'images'), blobs, manifests);
  const deleteImage = async (repository: string, digest: string): Promise<boolean> => {
    const wasThere = await manifests.remove(repository, digest);
    // Two repositories may have the same image; it is unpacked once for both.
    const isElsewhere = (await manifests.list()).some((image) => image.digest === digest);
    if (!isElsewhere) await images.remove(digest);
    return wasThere;
  };
  return {
    routes: registryRoutes({
      blobs,
      manifests,
      appExists: options.appExists,
      removeImage: deleteImage,
    }),
    images,
    containerImages: containerImages(blobs, manifests),
    list: () => manifests.list(),
    deleteImage,
  };
}
