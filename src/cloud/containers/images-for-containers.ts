import type { ImageStore } from '../registry/image-store.ts';
import type { ContainerImages } from './container-images.ts';

/** The images of a cloud that has an engine: a container's is not unpacked here, one of process mode is. */
export function imagesForContainers(images: ImageStore, containers: ContainerImages): ImageStore {
  return {
    async open(reference) {
      const image = await containers.describe(reference);
      return image?.isContainer === true ? { ...image, rootDir: '/' } : images.open(reference);
    },
  };
}
