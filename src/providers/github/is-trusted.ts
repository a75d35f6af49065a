/** As much of an issue or a comment as tells who wrote it. */
interface Written {
  readonly author_association?: string;
  readonly user?: { readonly type?: string } | null;
}

const INSIDERS = ['OWNER', 'MEMBER', 'COLLABORATOR'];

/**
 * Whether something with a marker of ours may be ours: written by an App (a stranger is none), or by somebody of the
 * repository. A stranger who copies the marker would otherwise own, and could edit, what we write to.
 */
export function isTrusted({ author_association: association, user }: Written): boolean {
  return user?.type === 'Bot' || INSIDERS.includes(association ?? '');
}
