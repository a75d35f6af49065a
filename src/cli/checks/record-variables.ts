/** Hears which environment variables are read. */
export interface RecordedVariables {
  /** Names and values; null where somebody read or wrote them as a whole. */
  read(): ReadonlyMap<string, string | undefined> | null;
  /** Puts the environment back as it was. */
  stop(): void;
}

/**
 * Stands before the environment of this process while a config is loaded. A config that lists all variables, or sets one, is
 * not told apart from one that depends on all of them.
 */
export function recordVariables(): RecordedVariables {
  const env = process.env;
  const found = new Map<string, string | undefined>();
  let isWhole = false;
  process.env = new Proxy(env, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof name === 'string') found.set(name, typeof value === 'string' ? value : undefined);
      return value;
    },
    has(target, name) {
      if (typeof name === 'string') found.set(name, target[name]);
      return Reflect.has(target, name);
    },
    getOwnPropertyDescriptor(target, name) {
      if (typeof name === 'string') found.set(name, target[name]);
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
    ownKeys(target) {
      isWhole = true;
      return Reflect.ownKeys(target);
    },
    set(target, name, value) {
      isWhole = true;
      return Reflect.set(target, name, value);
    },
    deleteProperty(target, name) {
      isWhole = true;
      return Reflect.deleteProperty(target, name);
    },
  });
  return {
    read: () => (isWhole ? null : found),
    stop() {
      process.env = env;
    },
  };
}
