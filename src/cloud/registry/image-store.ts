/** What the machines need of the registry: an image by reference, unpacked on disk. */
export interface ImageStore {
  /**
   * Unpacks the image once per digest and returns it. `reference` is `[host/]repository@sha256:…` or
   * `[host/]repository:tag`. Null when there is no such image.
   */
  open(reference: string): Promise<OpenedImage | null>;
}

/** An image whose layers lie unpacked under `rootDir`, read-only by convention. */
export interface OpenedImage {
  readonly repository: string;
  readonly tag: string | null;
  /** `sha256:…` of the manifest. */
  readonly digest: string;
  readonly rootDir: string;
  /** Entrypoint and Cmd together. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Inside the image, such as `/app`. */
  readonly workDir: string;
  readonly labels: Readonly<Record<string, string>>;
  /** It is not unpacked, and `rootDir` is the container's own root: a container engine runs it. */
  readonly isContainer?: boolean;
}
