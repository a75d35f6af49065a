import type { ImageStore } from '../registry/image-store.ts';
import { badRequest } from './api-error.ts';
import type { ImageRef } from './records.ts';

/** Looks an image up and says what it is. Throws the API's 400 when the registry has no such manifest. */
export async function resolveImage(images: ImageStore, reference: string): Promise<ImageRef> {
  const image = await images.open(reference);
  if (image === null)
    throw badRequest(`invalid config.image: could not resolve image "${reference}": manifest unknown`);
  return {
    registry: registryOf(reference),
    repository: image.repository,
    tag: image.tag ?? '',
    digest: image.digest,
    labels: image.labels,
  };
}

/** The host in front of a reference: a first part with a dot or a port, or `localhost`. Else empty. */
function registryOf(reference: string): string {
  const [first = '', ...rest] = reference.split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : '';
}
