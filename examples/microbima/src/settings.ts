/** A setting without which the service cannot work. Throws, naming it, when it is not set. */
export function requiredSetting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set`);
  return value;
}

/** A whole number from the environment, or the default when it is not set. Throws when it is something else. */
export function numberSetting(name: string, byDefault: number): number {
  const text = process.env[name];
  if (text === undefined || text === '') return byDefault;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`${name} is "${text}" and not a whole number`);
  return value;
}
