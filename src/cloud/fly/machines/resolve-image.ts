import type { ImageStore, OpenedImage } from '../../registry/image-store.ts';
import { badRequest } from '../api-error.ts';
import type { FlyState } from '../fly-state.ts';
import type { AppRecord, ImageRef } from '../records.ts';

/** Where images are looked up, and whose they are. */
export interface ImageSources {
  readonly images: ImageStore;
  readonly state: FlyState;
}

/** An image that an app may run: access to the registry is by organization, across its apps. Null when there is none. */
export async function openImageFor(
  { images, state }: ImageSources,
  app: AppRecord,
  reference: string,
): Promise<OpenedImage | null> {
  const image = await images.open(reference);
  const owner = state.findApp(image?.repository.split('/', 1)[0] ?? '');
  return owner === null || owner.orgSlug === app.orgSlug ? image : null;
}

/** Looks an image up and says what it is. Throws the API's 400 when the registry has no such manifest. */
export async function resolveImage(
  sources: ImageSources,
  app: AppRecord,
  reference: string,
): Promise<ImageRef> {
  const image = await openImageFor(sources, app, reference);
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
