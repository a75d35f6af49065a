/**
 * The hook in front of every push. What does not depend on the pushed commits was decided before and comes by the
 * environment; what does is looked up here, where git has them already and still may throw them away.
 */
export const RECEIVE_HOOK = `#!/bin/sh
if [ -n "$GLIDEPATH_REFUSAL" ]; then
  printf '%s\\n' "$GLIDEPATH_REFUSAL" >&2
  exit 1
fi
none=0000000000000000000000000000000000000000
refused=0
while read -r old new ref; do
  [ "$new" = "$none" ] && continue
  if [ "$old" != "$none" ]; then
    case "$GLIDEPATH_FAST_FORWARD_ONLY" in
      *" $ref "*)
        if ! git merge-base --is-ancestor "$old" "$new"; then
          printf 'error: GH013: Repository rule violations found for %s.\\n' "$ref" >&2
          printf 'Review all repository rules at %s\\n\\n- Cannot force-push to this branch\\n\\n' "$GLIDEPATH_RULES_URL" >&2
          refused=1
        fi
        ;;
    esac
  fi
  if [ -n "$GLIDEPATH_NO_WORKFLOWS" ]; then
    changed=$(git log --format= --name-only "$new" --not --all -- .github/workflows | sort -u | sed -n 1p)
    if [ -n "$changed" ]; then
      printf 'refusing to allow %s to create or update workflow \`%s\` without %s\\n' \\
        "$GLIDEPATH_NO_WORKFLOWS" "$changed" "$GLIDEPATH_NO_WORKFLOWS_RIGHT" >&2
      refused=1
    fi
  fi
done
exit $refused
`;
