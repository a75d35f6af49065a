import { HOST_NAME } from '../containers/container-body.ts';
import { CHECK_HOME, CHECK_SCRIPT, EXCHANGE } from './check-container-spec.ts';
import type { CheckContainerSpec } from './check-container-spec.ts';

/** What the engine has made for a check, before its container. */
export interface CheckContainerPlace {
  readonly labels: Readonly<Record<string, string>>;
  /** The volume that lays the check's own layer over the checkout; null where it writes directly. */
  readonly volume: string | null;
  /** `none`, `bridge`, or the name of a network of its own. */
  readonly network: string;
  /** This computer on that network; null where the engine itself makes the name known. */
  readonly hostAddress: string | null;
  /** The PATH that the image sets. */
  readonly imagePath: string;
}

/** The user root of a container has of root's rights only those over files and processes of its own. */
const RIGHTS_OF_ROOT = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'SETGID', 'SETUID'];

/** What the engine is asked to make of a check. */
export function checkContainerBody(spec: CheckContainerSpec, place: CheckContainerPlace): object {
  const env = {
    // An address where there is one: an image may ask a server for every name, and no server is to be reached.
    ...spec.envAt(place.hostAddress ?? HOST_NAME),
    PATH: [...spec.path, place.imagePath].join(':'),
    HOME: CHECK_HOME,
    // Its init passes signals on to all processes and not only to the shell.
    TINI_KILL_PROCESS_GROUP: '1',
  };
  return {
    Image: spec.image,
    User: spec.user,
    WorkingDir: spec.workDir,
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    Entrypoint: ['/bin/sh', '-c', CHECK_SCRIPT, 'sh'],
    Cmd: [spec.command, ...spec.listed],
    Labels: place.labels,
    OpenStdin: true,
    // Closed when whoever attached to it is gone: that ends the check.
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: {
      NetworkMode: place.network,
      ExtraHosts: spec.ports.length === 0 ? [] : [`${HOST_NAME}:${place.hostAddress ?? 'host-gateway'}`],
      Init: true,
      RestartPolicy: { Name: 'no' },
      // Read as it is printed, and kept nowhere.
      LogConfig: { Type: 'none' },
      CapDrop: ['ALL'],
      CapAdd: spec.user.startsWith('0:') ? RIGHTS_OF_ROOT : [],
      SecurityOpt: ['no-new-privileges'],
      Mounts: mountsOf(spec, place.volume),
    },
  };
}

function mountsOf(spec: CheckContainerSpec, volume: string | null): object[] {
  const bind = (path: string, target: string, ReadOnly: boolean): object => ({
    Type: 'bind',
    Source: path,
    Target: target,
    ReadOnly,
  });
  const checkout =
    volume === null
      ? bind(spec.top, spec.top, true)
      : { Type: 'volume', Source: volume, Target: spec.top, VolumeOptions: { NoCopy: true } };
  const direct = spec.writes.kind === 'direct' ? spec.writes.directories : [];
  return [
    checkout,
    ...direct.map((path) => bind(path, path, false)),
    ...spec.readable.map((path) => bind(path, path, true)),
    bind(spec.exchange, EXCHANGE, false),
  ];
}
