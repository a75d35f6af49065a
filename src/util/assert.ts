/** A broken assumption of our own: never caught, printed as an internal error. */
export class BugError extends Error {
  override readonly name: string = 'BugError';
}

/** Crashes loudly when something that must hold does not. For bugs only, never for input. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new BugError(message);
}

/** The end of a `switch` over a closed union: the compiler proves that it is never reached. */
export function unreachable(value: never): never {
  throw new BugError(`unreachable: ${JSON.stringify(value)}`);
}
