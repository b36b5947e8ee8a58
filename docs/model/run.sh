#!/bin/sh
# Runs the models: the specification (0 errors expected), the check that no endless run exists, the checks that a good
# ending can be reached, and every mutation (1 error expected: a mutation that nothing notices is a rule that nothing
# guards). Needs spin 6.5 and a C compiler ($CC, or gcc).
#
#   ./run.sh [--long] [NAME…]            all checks, or those of the models named (leg), or those named (leg.mut3);
#                                        --long: the larger bounds as well
#   ./run.sh --list [--long] [NAME…]     the checks: name|errors expected|model|spin's flags|the compiler's|pan's
#
# $MODEL_JOBS checks run side by side (all processors when unset). The last line is `N as expected, M not`; the exit
# status is 0 exactly when M is 0 and N is not.
here=$(cd "$(dirname "$0")" && pwd) || exit 1
cc=${CC:-gcc}

# One check, in a folder of its own below $1. Prints one line that begins with `ok` or `BAD`.
one() { # folder name expected model spinflags compilerflags panflags
  d=$1/$2
  if ! { mkdir "$d" && cd "$d"; }; then echo "BAD  $2: no folder to work in"; return; fi
  # Spin asks for a preprocessor by the name gcc, which a machine that has gcc-12 alone does not know.
  # shellcheck disable=SC2086  # the flags are words
  spin "-P$cc -std=gnu99 -E -x c" $5 -a "$here/$4.pml" >spin.log 2>&1 || { echo "BAD  $2: spin does not take the model"; return; }
  # A counterexample is found soon: there the compiler would take longer than what it saves.
  if [ "$3" = 0 ]; then optimise=-O1; else optimise=-O0; fi
  # shellcheck disable=SC2086
  "$cc" "$optimise" -w $6 -o pan pan.c 2>cc.log || { echo "BAD  $2: the compiler does not take what spin wrote"; return; }
  # shellcheck disable=SC2086
  ./pan $7 >out 2>&1
  errors=$(sed -n 's/.*errors: \([0-9]*\).*/\1/p' out)
  states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' out)
  what=$(sed -n 's/^pan:1: \(.\{0,70\}\).*/\1/p' out | head -n 1)
  verdict=BAD
  if [ "$errors" = "$3" ]; then verdict=ok; fi
  # A search that was cut short proves nothing, and an error that is no broken property shows nothing.
  if grep -q -e 'max search depth too small' -e 'out of memory' -e 'Search not completed' out && [ "$3" = 0 ]; then
    verdict=BAD
  fi
  case "$3/$what" in
    0/ | 1/'assertion violated'*) ;;
    *) verdict=BAD ;;
  esac
  printf '%-4s %-18s errors %s (expected %s)  states %s  %s\n' "$verdict" "$2" "${errors:-?}" "$3" "${states:-?}" "$what"
  cd "$here" && rm -rf "$d"
}

list() {
  safety=-DSAFETY
  endless=-DNP
  deep=-m100000
  echo "leg|0|leg||$safety|$deep"
  echo "leg.endless|0|leg||$endless|-l $deep"
  echo "leg.G2|0|leg|-DG=2|$safety|$deep"
  echo "handover|0|handover||$safety|$deep"
  echo "handover.perm|0|handover|-DPERM|$safety|$deep"
  echo "handover.endless|0|handover||$endless|-l $deep"
  for m in cross order modify policy charter hotline; do
    echo "$m|0|$m||$safety|$deep"
    echo "$m.endless|0|$m||$endless|-l $deep"
  done
  echo "order.expire|0|order|-DEXPIRE|$safety|$deep"
  for m in leg cross modify handover policy charter; do echo "$m.reach|1|$m|-DREACH|$safety|$deep"; done
  mutations leg 1 4 "$safety|$deep"
  echo "leg.mut5|1|leg|-DG=2 -DMUT=5|$safety|$deep"
  mutations leg 6 15 "$safety|$deep"
  mutations cross 1 9 "$safety|$deep"
  mutations order 1 2 "$safety|$deep"
  mutations modify 1 8 "$safety|$deep"
  mutations handover 1 11 "$safety|$deep"
  mutations policy 1 8 "$safety|$deep"
  mutations charter 1 9 "$safety|$deep"
  mutations hotline 1 9 "$safety|$deep"
  if [ "$long" = yes ]; then
    echo "handover.long|0|handover|-DGMAX=2|$safety|$deep"
    echo "policy.long|0|policy|-DNA=2|$safety|$deep"
  fi
}
mutations() { # model first last flags
  i=$2
  while [ "$i" -le "$3" ]; do
    echo "$1.mut$i|1|$1|-DMUT=$i|$4"
    i=$((i + 1))
  done
}

wanted() { # those named, all without names
  if [ -z "$names" ]; then list; else list | awk -F'|' -v names="$names" '
    BEGIN { split(names, each, " "); for (n in each) take[each[n]] = 1 }
    take[$1] || take[$3]'; fi
}

# A function, so that the shell has read the whole file before anything runs: it may be edited meanwhile.
main() {
  if [ "$1" = --one ]; then
    shift
    one "$@"
    exit 0
  fi
  long=no only_list=no names=
  for word in "$@"; do
    case $word in
      --long) long=yes ;;
      --list) only_list=yes ;;
      -*) echo "run.sh: no option $word; see the head of this file" >&2; exit 2 ;;
      *) names="$names $word" ;;
    esac
  done
  for word in $names; do
    list | cut -d'|' -f1,3 | tr '|' '\n' | grep -qxF -e "$word" || { echo "run.sh: there is no model and no check '$word'" >&2; exit 2; }
  done
  if [ "$only_list" = yes ]; then
    wanted
    exit 0
  fi
  for program in spin "$cc"; do
    command -v "$program" >/dev/null || { echo "run.sh: $program is not here (Debian: apt-get install spin gcc)" >&2; exit 77; }
  done
  tmp=$(mktemp -d) || exit 1
  trap 'rm -rf "$tmp"' EXIT
  trap 'exit 1' INT TERM
  wanted | tr '|' '\n' | xargs -d '\n' -n 6 -P "${MODEL_JOBS:-$(nproc)}" "$here/run.sh" --one "$tmp" | tee "$tmp/all"
  good=$(grep -c '^ok' "$tmp/all")
  bad=$(($(wanted | wc -l) - good))
  echo "$good as expected, $bad not"
  [ "$bad" = 0 ] && [ "$good" != 0 ]
}

main "$@"; exit
