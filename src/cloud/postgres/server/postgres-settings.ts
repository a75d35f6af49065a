/** What may be set for the Postgres servers of a local cloud. */
export interface PostgresSettings {
  /** Whether commits are forced to disk: survives a power cut, and is slower. A killed process loses nothing anyway. */
  readonly fsync: boolean;
  readonly maxConnections: number;
  /** As Postgres writes it: `16MB`. */
  readonly sharedBuffers: string;
}

/** Small, because many servers run side by side on one laptop, and safe, because they hold somebody's data. */
export const DEFAULT_POSTGRES_SETTINGS: PostgresSettings = {
  fsync: true,
  maxConnections: 50,
  sharedBuffers: '16MB',
};

/** The directories of a server. */
export interface ServerDirectories {
  readonly dataDir: string;
  readonly socketDir: string;
  /** Where it puts its log of changes, segment by segment; null: nowhere. */
  readonly archiveDir: string | null;
}

/** The command line of a `postgres` that listens on a Unix socket in `socketDir` and nowhere else. */
export function postgresArguments(
  { dataDir, socketDir, archiveDir }: ServerDirectories,
  settings: PostgresSettings,
): readonly string[] {
  const options: Record<string, string | number> = {
    listen_addresses: '',
    // A list of directories; quoted, so that a comma or a space in one means nothing.
    unix_socket_directories: `"${socketDir.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
    port: SOCKET_PORT,
    shared_buffers: settings.sharedBuffers,
    max_connections: settings.maxConnections,
    max_wal_size: '128MB',
    min_wal_size: '16MB',
    // Read in the backend itself: three helper processes less per server.
    io_method: 'sync',
    max_worker_processes: 4,
    jit: 'off',
    // Inside the data directory, so that a killed server leaves nothing in /dev/shm.
    dynamic_shared_memory_type: 'mmap',
    logging_collector: 'off',
    log_destination: 'stderr',
    ...archiveOptions(archiveDir),
    ...(settings.fsync ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return ['-D', dataDir, ...Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/** By a module inside the server: a command would cost a shell for each megabyte. */
function archiveOptions(archiveDir: string | null): Record<string, string> {
  if (archiveDir === null) return { archive_mode: 'off' };
  return {
    archive_mode: 'on',
    archive_library: 'basic_archive',
    'basic_archive.archive_directory': archiveDir,
  };
}

/** Part of the socket's file name only; nothing listens on it. */
export const SOCKET_PORT = 5432;

/** The file a server with this socket directory listens on. */
export function socketFile(socketDir: string): string {
  return `${socketDir}/.s.PGSQL.${SOCKET_PORT}`;
}
