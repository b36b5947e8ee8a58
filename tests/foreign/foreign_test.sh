#!/bin/bash
# A foreign verifier accepts our logs and refuses damaged ones; ours refuses the same and names the place.
#
#   foreign_test.sh LOGTOOL TANSIQ-VERIFY GO SCRATCH
#
# Exit 77 (skipped) where Debian's Go or its package golang-golang-x-mod-dev is not installed.
set -euo pipefail

logtool=$1 ours=$2 go=${3:-} scratch=${4:-.}
here=$(cd "$(dirname "$0")" && pwd)
entries=70000

if [[ ! -x $go || ! -d /usr/share/gocode/src/golang.org/x/mod ]]; then
  echo "skipped: needs the packages golang-go and golang-golang-x-mod-dev"
  exit 77
fi

work=$scratch/foreign
rm -rf "$work"
mkdir -p "$work"
work=$(cd "$work" && pwd)

# No network, no module cache, nothing of the user's: Debian's packages only.
build() {
  env -i PATH=/usr/bin:/bin GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS= GOPROXY=off CGO_ENABLED=0 \
    GOCACHE="$work/gocache" "$go" build -o "$work/verify" "$here/verify.go"
}
build

failures=0
vkey=$("$logtool" vkey)
foreign() { "$work/verify" "$@"; }
fresh() { rm -rf "$work/log" && cp -r "$work/good" "$work/log"; }

# expect NAME WORD OURS-PATTERN [-since FILE]: the log in $work/log must be judged so by both.
expect() {
  local name=$1 verdict=$2 pattern=$3
  shift 3
  local theirs mine code=0
  theirs=$(foreign "$work/log" "$vkey" "$@" || true)
  mine=$("$ours" "$work/log" --key "$vkey" ${2:+--since "$2"}) || code=$?
  if [[ $theirs != $verdict* ]]; then
    echo "FAIL $name: the foreign verifier says: $theirs"
    failures=$((failures + 1))
  elif [[ $verdict == ACCEPTED && $code -ne 0 || $verdict == REFUSED && $code -ne 1 ]]; then
    echo "FAIL $name: tansiq-verify exits $code"
    failures=$((failures + 1))
  elif ! grep -qE -- "$pattern" <<<"$mine"; then
    echo "FAIL $name: tansiq-verify does not say \"$pattern\" but:"
    echo "$mine"
    failures=$((failures + 1))
  else
    echo "ok   $name: $theirs"
  fi
}

"$logtool" make "$work/good" $entries
"$logtool" make "$work/older" 1234
"$logtool" make "$work/forked" 1234 5

fresh
"$logtool" proofs "$work/log" "$work/proofs"
if ! foreign "$work/log" "$vkey" -proofs "$work/proofs"; then
  echo "FAIL the foreign verifier refuses our proofs"
  failures=$((failures + 1))
fi
sed '3s/ [A-Za-z]/ 0/2' "$work/proofs" >"$work/proofs.bad"
if cmp -s "$work/proofs" "$work/proofs.bad" || foreign "$work/log" "$vkey" -proofs "$work/proofs.bad" >/dev/null; then
  echo "FAIL the foreign verifier does not look at our proofs"
  failures=$((failures + 1))
fi

expect "good log" ACCEPTED "^GOOD"
expect "good log since an older checkpoint" ACCEPTED "older +1234 entries: is a prefix" -since "$work/older/checkpoint"
expect "forked older checkpoint" REFUSED "older checkpoint of 1234 entries has another root" \
  -since "$work/forked/checkpoint"

for damage in tile/0/000:0 tile/0/100:5000 tile/0/273.p/112:3583 tile/1/000:8191 tile/1/001.p/17:40 tile/2/000.p/1:31; do
  file=${damage%%:*} at=${damage##*:}
  fresh
  "$logtool" flip "$work/log" "$file" "$at"
  expect "byte $at of $file" REFUSED "^wrong +$file, byte $at:"
done

fresh
"$logtool" flip "$work/log" tile/entries/007 300
expect "byte of an entry" REFUSED "^wrong +tile/entries/007, entry 179[0-9], byte 300:"
fresh
"$logtool" flip "$work/log" tile/entries/273.p/112 1
expect "length of an entry" REFUSED "^wrong +tile/entries/273.p/112, entry 69888, bytes 0 to 1: length field"
fresh
"$logtool" forge "$work/log" 30000
expect "entry and its hash together" REFUSED "^wrong +tile/entries/117, entries 29952 to 30207: .*both were changed"
fresh
"$logtool" forge "$work/log" 69999
expect "last entry and its hash together" REFUSED "entries do not lead to the signed root"
fresh
sed -i "s/^$entries$/69999/" "$work/log/checkpoint"
expect "size line edited" REFUSED "^wrong +checkpoint: .*signature does not fit"
fresh
rm "$work/log/tile/1/000"
expect "missing tile" REFUSED "^wrong +tile/1/000: cannot open"

if ((failures != 0)); then
  echo "$failures failures; the logs are in $work"
  exit 1
fi
rm -rf "$work"
echo "all judged alike"
