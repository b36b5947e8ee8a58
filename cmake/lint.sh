#!/usr/bin/env bash
# `./dev lint`: what a machine can say about the tree without building it. Changes nothing; every finding is printed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
failed=0
finding() {
  printf 'lint: %s\n' "$*"
  failed=1
}

mapfile -t cxx < <(git ls-files -co --exclude-standard -- 'src/*.h' 'src/*.cc' 'tests/*.h' 'tests/*.cc' 'cmake/*.cc')
mapfile -t all < <(git ls-files -co --exclude-standard)

# Formatting.
ugly=$(printf '%s\0' "${cxx[@]}" | xargs -0 -r -n 40 clang-format-19 --dry-run 2>&1 |
  sed -n 's/^\([^:]*\):[0-9]*:[0-9]*: warning.*/\1/p' | sort -u | tr '\n' ' ')
[ -z "$ugly" ] || finding "formatting differs (./dev fmt mends it): $ugly"

# Shell.
shellcheck dev .ci/run cmake/*.sh docs/model/*.sh packaging/postinst packaging/prerm packaging/postrm || finding "shellcheck has findings"

# The tree: layering, naming, file length, folder documents (see the script).
python3 cmake/tidy.py || finding "the tree breaks a rule of cmake/tidy.py"

# The console, where npm has fetched what looks at it.
if [ -d web/node_modules/eslint ]; then
  npm --prefix web run --silent lint || finding "the console has findings (npm run fmt in web/ mends its formatting)"
else
  echo "lint: the console is not looked at: npm ci in web/ fetches what does"
fi

# Words that must not be in the project.
if grep -nIE '\b(TODO|FIXME|XXX)\b' -- "${all[@]}" /dev/null | grep -v '^cmake/lint.sh'; then finding "unfinished work is marked in the tree; finish it or file an issue"; fi

[ "$failed" = 0 ] && echo "lint: clean"
exit "$failed"
