import type { PackedImage } from '../app-platform.ts';

/** Media types of the OCI image specification, version 1.1. */
export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';
const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar+gzip';

/** The image's config document. Holds no time, so that the same image has the same digest. */
export function imageConfig(image: PackedImage): object {
  const env = Object.entries(image.env).map(([name, value]) => `${name}=${value}`);
  return {
    architecture: 'amd64',
    os: 'linux',
    config: { Cmd: image.command, Env: env.sort(), WorkingDir: '/app', Labels: sorted(image.labels) },
    rootfs: { type: 'layers', diff_ids: [image.diffId] },
  };
}

/** The image's manifest: one config, one layer. */
export function imageManifest(image: PackedImage, config: { digest: string; size: number }): object {
  return {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: { mediaType: CONFIG_TYPE, digest: config.digest, size: config.size },
    layers: [{ mediaType: LAYER_TYPE, digest: image.layerDigest, size: image.sizeBytes }],
  };
}

function sorted(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
