import { inspect } from 'node:util';

/** A value that prints as `***` wherever it ends up: string, JSON, console, template. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
    // Not a method: a computed name has no declared type without inference.
    Object.defineProperty(this, inspect.custom, { value: () => '***' });
  }
  /** The value itself; called only where it is sent. */
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return '***';
  }
  toJSON(): string {
    return '***';
  }
}
