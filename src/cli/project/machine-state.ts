type Env = Readonly<Record<string, string | undefined>>;

/**
 * Where this machine keeps what no checkout may bring along: below `XDG_STATE_HOME`, by default `~/.local/state`
 * (freedesktop.org, XDG Base Directory, by which a path that is not absolute does not count). Null where the user has no
 * home. Imports nothing, for it is asked where every millisecond counts.
 */
export function machineStateDirectory(env: Env): string | null {
  const given = env['XDG_STATE_HOME'] ?? '';
  if (given.startsWith('/')) return `${given}/glidepath`;
  const home = env['HOME'] || homeOfUser();
  return home?.startsWith('/') === true ? `${home}/.local/state/glidepath` : null;
}

/** Where it keeps what the files in its checkouts were when it wrote them; null: nowhere. */
export function ownFileRecords(env: Env): string | null {
  const directory = machineStateDirectory(env);
  return directory === null ? null : `${directory}/own-files`;
}

function homeOfUser(): string | null {
  try {
    return process.getBuiltinModule('node:os').homedir();
  } catch {
    // A number without a name, as in some containers.
    return null;
  }
}
