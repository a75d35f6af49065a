/** What of an image is read as text: where packages are written down, and where secrets are forgotten. */
export function isWanted(path: string, size: number): boolean {
  if (isDatabase(path)) return size <= DATABASE_BYTES_MAX;
  return size <= TEXT_BYTES_MAX && (isPackageFile(path) || isForSecrets(path));
}

/** The database of a distribution with all its packages has a few megabytes. */
const DATABASE_BYTES_MAX = 64_000_000;
/** A file with a secret in it is short, and so is a package.json. */
const TEXT_BYTES_MAX = 512_000;

function isDatabase(path: string): boolean {
  return /^(var\/lib\/dpkg\/(status|status\.d\/[^/]+)|(usr\/)?lib\/apk\/db\/installed)$/.test(path);
}

function isPackageFile(path: string): boolean {
  return (
    /^(etc|usr\/lib)\/os-release$/.test(path) ||
    /(^|\/)node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(path) ||
    /(^|\/)lib\/[a-z][a-z0-9_]*-\d[^/]*\/ebin\/[^/]+\.app$/.test(path)
  );
}

/** Texts of the app, and of homes; what the distribution and packages bring is not looked through. */
export function isForSecrets(path: string): boolean {
  if (
    /^(usr\/(share|lib|include|bin|sbin|libexec|src)|lib|lib64|bin|sbin|proc|sys|dev|var\/(lib|cache|log)|etc\/(ssl|ca-certificates))\//.test(
      path,
    )
  )
    return false;
  if (/(^|\/)(node_modules|erts-[^/]+|ebin|priv\/static)\//.test(path)) return false;
  return !/\.(so|o|a|beam|node|png|jpe?g|gif|ico|woff2?|ttf|gz|zip|map|wasm|mo)$/.test(path);
}
