import type { MachineFaults } from '../machines/faults.ts';
import type { ImageStore } from '../registry/image-store.ts';

/** The images as machines find them, without those that the fault `image-gone` has taken away. */
export function imagesWithFaults(images: ImageStore, faults: MachineFaults): ImageStore {
  return {
    async open(reference) {
      const image = await images.open(reference);
      if (image === null || faults.isImageGone?.(image.repository, image.digest) === true) return null;
      return image;
    },
  };
}
