/** What the language of an app adds to the frame that every Dockerfile has. */
export interface Recipe {
  /** The stages before the last one, each as its lines, beginning with `FROM`. */
  readonly stages: readonly (readonly string[])[];
  /** The instructions that bring the app into the last stage, rarest change first. */
  readonly copies: readonly string[];
  /** False: what goes into the image is in the repository as it is. */
  readonly isBuilt: boolean;
  readonly env: Readonly<Record<string, string>>;
  /** What starts an app that says no command; null: nobody knows. */
  readonly command: readonly string[] | null;
}
