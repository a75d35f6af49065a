import { buildInventory, type FoundPackage } from '../components/build-inventory.ts';
import type { Inventory } from '../components/component.ts';
import { packageUrl } from '../components/package-url.ts';
import { licenceOf, npmPackage, type Manifest } from '../locks/lock-source.ts';
import type { ImageFile } from './image-files.ts';
import {
  found,
  readApkInstalled,
  readDpkgStatus,
  readOsRelease,
  type ImageSystem,
} from './system-packages.ts';

/** The packages that are in the files of an image: of the distribution, of npm, of a release of Elixir or Erlang. */
export function imageInventory(source: string, files: ReadonlyMap<string, ImageFile>): Inventory {
  const release = files.get('etc/os-release')?.text ?? files.get('usr/lib/os-release')?.text ?? '';
  const system = readOsRelease(release);
  const packages = [...files.values()].flatMap((file) =>
    file.text === null ? [] : packagesOf(file.path, file.text, system),
  );
  const { roots, components } = buildInventory(source, packages);
  // In an image, everything runs.
  return { source, roots, components: components.map((each) => ({ ...each, scope: 'required' })) };
}

function packagesOf(path: string, text: string, system: ImageSystem): readonly FoundPackage[] {
  if (path.startsWith('var/lib/dpkg/status') && !path.endsWith('.md5sums'))
    return readDpkgStatus(text, system);
  if (path.endsWith('lib/apk/db/installed')) return readApkInstalled(text, system);
  if (path.endsWith('/package.json')) return nodePackage(text);
  return path.endsWith('.app') ? otpApplication(path) : [];
}

function nodePackage(text: string): readonly FoundPackage[] {
  let manifest: Manifest | null;
  try {
    manifest = JSON.parse(text) as Manifest | null;
  } catch {
    return [];
  }
  const { name, version } = manifest ?? {};
  if (typeof name !== 'string' || typeof version !== 'string' || manifest === null) return [];
  return [
    npmPackage(name, version, { hashes: [], licence: licenceOf(manifest), needs: [], optionalNeeds: [] }),
  ];
}

/** Applications of Erlang itself, which are of no package of Hex. */
const OF_OTP =
  /^(kernel|stdlib|sasl|crypto|ssl|public_key|asn1|inets|compiler|syntax_tools|runtime_tools|tools|xmerl|os_mon|mnesia|ssh|ftp|tftp|eldap|erts|elixir|logger|mix|iex|eex|ex_unit|parsetools|observer|wx|debugger|dialyzer|et|megaco|snmp|diameter|common_test|eunit|edoc|erl_interface|jinterface|odbc|reltool)$/;

/** `lib/plug-1.16.1/ebin/plug.app`: a release keeps name and version in the folder's name. */
function otpApplication(path: string): readonly FoundPackage[] {
  const [, name, version] = /(?:^|\/)lib\/([a-z][a-z0-9_]*)-(\d[^/]*)\/ebin\/[^/]+\.app$/.exec(path) ?? [];
  if (name === undefined || version === undefined || !path.endsWith(`/${name}.app`)) return [];
  const isOtp = OF_OTP.test(name);
  const purl = isOtp
    ? packageUrl('generic', name, version, { namespace: 'otp' })
    : packageUrl('hex', name, version);
  return [
    found(isOtp ? 'generic' : 'hex', name, version, { purl, licence: null, release: null, origin: null }),
  ];
}
