/**
 * How far the release before can be gone back to after a change:
 * - `safe`: code that does not know of it cannot notice it.
 * - `code-only`: code that does not know of it may meet it, or it cannot be taken back without loss.
 * - `gone`: what code may name or rely on is not there any more. Code that does fails, every time.
 * - `forward-only`: code that does not know of it fails, whatever was tried.
 */
export type ChangeLimit = 'safe' | 'code-only' | 'gone' | 'forward-only';

/** Something that a migration changed. */
export interface SchemaChange {
  readonly limit: ChangeLimit;
  /** `members.fax`. */
  readonly what: string;
  /** One sentence: what it is, and what it means for code that does not know of it. */
  readonly reason: string;
  /** The statement that did it, by its number; null where that cannot be told. */
  readonly statement: number | null;
}
