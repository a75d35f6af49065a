import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { ownFile } from '../../util/own-file.ts';
import type { StandIn, StandInMachine } from '../registry/image-store.ts';
import { parsePostmasterPid } from '../postgres/server/postmaster-pid.ts';
import { prepareSocketDir, socketDirFor } from '../postgres/server/socket-directory.ts';
import { VOLUME_PATH_VARIABLE } from '../machines/machine-mount.ts';
import { prepareData } from './prepare-data.ts';
import type { PostgresPrograms } from './postgres-programs.ts';

/**
 * What the local cloud runs where Fly would run the official `postgres` image: the Postgres of its own, on the volume's
 * directory, as the machine's main process. `PGDATA`, `POSTGRES_PASSWORD` and `postgres -c …` mean what they mean there;
 * nobody but this computer reaches it, at the machine's port.
 */
export function postgresStandIn(programs: PostgresPrograms): StandIn {
  return {
    launch(machine) {
      const dataDir = dataDirOf(machine);
      const socketDir = socketDirFor(machine.home);
      const { file, args } = programs.launcher.command(programs.binaries.postgres, [
        '-D',
        dataDir,
        ...settingsOf(machine.args),
        ...optionsFor(socketDir),
      ]);
      return {
        command: [file, ...args],
        cwd: '/',
        // The server and `psql` both read the port there.
        envFor: (port) => ({
          PGPORT: String(port),
          PGHOST: socketDir,
          PGDATA: dataDir,
          ...(machine.volume === null ? {} : { [VOLUME_PATH_VARIABLE]: machine.volume.source }),
        }),
        async prepare(say) {
          await prepareData({ programs, dataDir, env: machine.env, say });
          // Last: of a machine that does not come as far as to start, nobody would take it away.
          await prepareSocketDir(socketDir, programs.launcher);
        },
        inImage: (command) =>
          command[0] === 'psql'
            ? [process.execPath, ownFile('cloud/postgres-image/psql'), ...command.slice(1)]
            : command,
        isListening: () => isReady(dataDir),
      };
    },
  };
}

/** The image's `PGDATA`, or what config and secrets make of it, where the volume is on this computer. */
function dataDirOf({ volume, env, home }: StandInMachine): string {
  const asked = posix.normalize(env['PGDATA'] ?? '/var/lib/postgresql/data');
  if (volume !== null && (asked === volume.path || asked.startsWith(`${volume.path}/`)))
    return join(volume.source, posix.relative(volume.path, asked));
  return join(home, 'root', asked);
}

/** `init.cmd` is `postgres` with its options, as the image takes it. */
function settingsOf(args: readonly string[]): readonly string[] {
  if (args.length === 0) return [];
  const [program, ...options] = args;
  if (program === 'postgres') return options;
  // The image's entrypoint takes options alone as well.
  if (program?.startsWith('-') === true) return args;
  throw new Error(`the image postgres is run by the local cloud itself, which cannot run ${program} in it`);
}

/** What must be as it is on this computer, whatever the config says. */
function optionsFor(socketDir: string): readonly string[] {
  const options: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: `"${socketDir.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
    // Inside the data directory, so that a killed server leaves nothing in /dev/shm.
    dynamic_shared_memory_type: 'mmap',
    io_method: 'sync',
    // Of a copy of a volume, one call for the whole disk instead of a thousand for its files; only Linux has it.
    recovery_init_sync_method: process.platform === 'linux' ? 'syncfs' : 'fsync',
    logging_collector: 'off',
    log_destination: 'stderr',
  };
  return Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** The server listens before it has read its data, and until then refuses everybody: its own word counts. */
async function isReady(dataDir: string): Promise<boolean> {
  const text = await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => '');
  return parsePostmasterPid(text)?.ready === true;
}
