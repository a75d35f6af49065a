/** What stands under a name, or undefined: of things that may be left out, and names that may refer to nothing. */
export function named<T>(things: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return things !== undefined && Object.hasOwn(things, name) ? things[name] : undefined;
}
