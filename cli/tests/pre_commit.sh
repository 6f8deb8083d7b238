#!/usr/bin/env bash
# The hook, run by the real pre-commit: a commit of a planted key is stopped, a clean one goes through.
# Arguments: pre-commit, and the folder of the program.
set -euo pipefail
pre_commit=$1
PATH=$2:$PATH
root=$(cd "$(dirname "$0")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PATH HOME="$folder/home" PRE_COMMIT_HOME="$folder/cache" GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=Ann GIT_AUTHOR_EMAIL=ann@example.org GIT_COMMITTER_NAME=Ann GIT_COMMITTER_EMAIL=ann@example.org
mkdir -p "$HOME"

# The hook's repository, with nothing but the hook in it.
git init --quiet "$folder/hooks"
cp "$root/.pre-commit-hooks.yaml" "$folder/hooks"
git -C "$folder/hooks" add .
git -C "$folder/hooks" commit --quiet --message hooks

git init --quiet "$folder/work"
cd "$folder/work"
cat > .pre-commit-config.yaml <<YAML
repos:
  - repo: file://$folder/hooks
    rev: $(git -C "$folder/hooks" rev-parse HEAD)
    hooks: [{id: hushgate}]
YAML
"$pre_commit" validate-manifest "$root/.pre-commit-hooks.yaml"
"$pre_commit" install > "$folder/log"
echo clean > clean.txt
git add .
git commit --message clean >> "$folder/log" 2>&1 || { cat "$folder/log"; echo "a clean commit was stopped" >&2; exit 1; }

# A password in a URL, put together here.
printf 'url = %s://shop:%s@db.internal/orders\n' mysql "planted-$RANDOM-secret" > config.txt
git add .
if git commit --message planted > "$folder/log" 2>&1; then
  echo "a planted key was committed" >&2
  exit 1
fi
grep --quiet 'config.txt:1:20: generic.url_password' "$folder/log" || { cat "$folder/log"; exit 1; }
if grep --quiet 'planted-' "$folder/log"; then echo "the log shows the key" >&2; exit 1; fi
[ "$(git log --format=%s)" = clean ]
echo "pre-commit: a planted key is stopped, a clean commit goes through"
