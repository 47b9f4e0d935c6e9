#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# examples/three-machines as it stands, and what somebody at the switch sees of it: over tcp the hello, the seeds and
# the corrections, as the roles have them on their disks; over tls none of these, and of sizes exactly what the
# roles metered, the same as the cost engine said, and 22 bytes a record; beside them signs of life, 16 bytes each, which no
# meter counts (core/channel/framing.h).
#
#   three_machines.sh BUILD_FOLDER
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$1" && pwd)
capture=$build/tests/mpcf-capture
export MPCF_HOST="$build/bin/mpcf-host"
folder=$(mktemp -d "${TMPDIR:-/tmp}/mpcf-three-XXXXXX")
trap 'rm -rf "$folder"' EXIT
fail() {
    echo "FAILED: $*"
    exit 1
}

# run NAME PROOF: a whole run that leaves seeds and unused corrections on disks; what was seen is in NAME.
run() {
    rm -rf "$folder/run/keys" "${folder:?}/$1"
    mkdir "$folder/$1"
    status=0
    PROOF=$2 WATCH="$capture take $folder/$1 dealer:9002 provider:9001" \
        "$top/examples/three-machines/run.sh" "$folder/run" --set stages.infer.preprocess=store \
        --set stages.infer.examples=4 --set stages.infer.store_runs=2 >"$folder/run.log" 2>&1 || status=$?
    [ $status -ne 77 ] || { cat "$folder/run.log"; exit 77; }
    [ $status -eq 0 ] || { cat "$folder/run.log"; fail "$1"; }
    [ "$(find "$folder/$1" -type f | wc -l)" -eq 6 ] || fail "$1: three connections have two directions each"
    for role in provider user; do
        grep -q '"cost_engine": "equal"' "$folder/run/$role/out/infer/$role.json" ||
            fail "$1: the $role did not send what the cost engine said"
    done
    for role in provider dealer user; do
        case $(tr '\n' ' ' <"$folder/run/$role.sees") in
        "./$role/keys/$role.key " | "./$role/keys/$role.pem ") ;;
        "./$role/keys/$role.pem ./$role/keys/authority.pem ") ;;
        "./$role/keys/authority.pem ./$role/keys/$role.pem ") ;;
        *) fail "$1: the $role sees keys of others: $(cat "$folder/run/$role.sees")" ;;
        esac
    done
}
# pieces_in NAME: how many pieces of the user's seed, of the provider's two and of corrections stand there in the clear;
# "P of Q", a line each. core/preprocess/store.c says where they are in its files.
pieces_in() {
    tail -c +25 "$folder"/run/user/out/store/user/*/session | head -c 48 >"$folder/piece-1"
    tail -c +25 "$folder"/run/provider/out/store/provider/*/session | head -c 48 >"$folder/piece-2"
    tail -c +105 "$folder"/run/user/out/store/user/*/inference-7 >"$folder/piece-3"
    for piece in 1 2 3; do
        "$capture" find "$folder/piece-$piece" "$folder/$1"/* || fail "piece $piece is no secret"
    done
}
# metered ROLE PEER FIELD
metered() {
    awk -v peer="\"$2\":" -v field="\"$3\":" '/"links":/ { links = 1 } links && $1 == peer { here = 1 }
        here && $1 == field { sub(",", "", $2); print $2; exit }' "$folder/run/$1/out/infer/$1.json"
}
# sizes NAME FILE HANDSHAKE SENT: of one direction. HANDSHAKE: the encrypted records of TLS's own handshake; behind
# them the one that was called sends a byte, and who ends first says so in a record of two bytes.
sizes() {
    all=$(wc -c <"$folder/$1/$2")
    "$capture" records "$folder/$1/$2" >"$folder/records" || fail "$1 $2 is no TLS"
    awk -v own="$3" -v sent="$4" -v all="$all" -v ready="$(case $2 in *.from) echo 1 ;; *) echo 0 ;; esac)" '
        {
            count = $5 - own; bytes = $7
            for (i = 0; i < own; i++) { bytes -= $(9 + i) }
            if (ready) { if ($(9 + own) != 18) { print "no byte behind the handshake"; exit 1 } count--; bytes -= 18 }
            if ($NF == 19) { count--; bytes -= 19 }
            plain = bytes - 17 * count
            life = (plain - sent) / 16
            if (life < 0 || life > 100 || life != int(life)) {
                print plain " bytes in " count " records, metered were " sent; exit 1
            }
            if (all != $3 + $7 + 5 * $5) { print all " bytes are not all in records"; exit 1 }
            print sent " bytes metered and " life " signs of life, " bytes + 5 * count " seen: 22 for each of " count " records"
        }' "$folder/records" >"$folder/sizes" || fail "$1 $2: $(cat "$folder/sizes")"
    echo "# $2: $(cat "$folder/sizes")"
}
# all_sizes NAME CALLER CALLEE: with the numbers of encrypted records of their handshakes.
all_sizes() {
    sizes "$1" 9001.0.to "$2" "$(metered user provider sent_bytes)"
    sizes "$1" 9001.0.from "$3" "$(metered provider user sent_bytes)"
    # The dealer is called by both; who calls first is the user, before the provider knows of it.
    sizes "$1" 9002.0.to "$2" "$(metered user dealer sent_bytes)"
    sizes "$1" 9002.0.from "$3" "$(metered dealer user sent_bytes)"
    sizes "$1" 9002.1.to "$2" "$(metered provider dealer sent_bytes)"
    sizes "$1" 9002.1.from "$3" "$(metered dealer provider sent_bytes)"
}
is_hidden() {
    ! grep -aqF -e MPCFhelo -e quad -e SST-2 "$folder/$1"/* || fail "$1: words of the hello in the clear"
    pieces_in "$1" >"$folder/found"
    [ "$(grep -c '^0 of [1-9]' "$folder/found")" -eq 3 ] || fail "$1: seeds or corrections in the clear"
}

mkdir "$folder/run"
sed -e 's|options: .*|options: {}|' -e 's|name: tls|name: tcp|' -e 's|^  require: .*|  require: [authenticated]|' \
    -e 's|:9001"|&, keys: keys/provider.key|' -e 's|:9002"|&, keys: keys/dealer.key|' \
    -e 's|user: {}|user: {keys: keys/user.key}|' "$top/examples/three-machines/pipeline.yaml" >"$folder/run/pipeline.yaml"
run tcp keys
for file in "$folder"/tcp/*; do
    grep -aqF MPCFhelo "$file" || fail "over tcp no hello is seen in $file: the search finds nothing"
done
pieces_in tcp >"$folder/found"
# A piece of corrections may have the frame of a message in its middle.
awk 'NR < 3 && ($1 != NR || $3 != NR) || NR == 3 && $1 < 48 { bad = 1 } END { exit bad || NR != 3 }' "$folder/found" ||
    fail "over tcp not all seeds and corrections are seen: $(cat "$folder/found")"
for file in "$folder"/tcp/*; do
    case ${file##*/} in
    9001.0.to) sent=$(metered user provider sent_bytes) ;;
    9001.0.from) sent=$(metered provider user sent_bytes) ;;
    9002.0.to) sent=$(metered user dealer sent_bytes) ;;
    9002.0.from) sent=$(metered dealer user sent_bytes) ;;
    9002.1.to) sent=$(metered provider dealer sent_bytes) ;;
    *) sent=$(metered dealer provider sent_bytes) ;;
    esac
    life=$(($(wc -c <"$file") - sent))
    [ $((life % 16)) -eq 0 ] && [ "$life" -ge 0 ] && [ "$life" -le 1600 ] || fail "over tcp $(wc -c <"$file") bytes are seen, and $sent were metered: $file"
done
echo "ok - over tcp hello, seeds and corrections are seen, and the bytes that were metered"

rm "$folder/run/pipeline.yaml" # from here on the example's own
run psk keys
is_hidden psk
all_sizes psk 1 2
echo "ok - over tls, by keys: nothing is seen but sizes: those metered and 22 bytes a record"

rm "$folder/run/pipeline.yaml"
run pinned pinned
is_hidden pinned
all_sizes pinned 3 5
echo "ok - over tls, by pinned keys: the same"

rm "$folder/run/pipeline.yaml"
run certificate certificate
is_hidden certificate
all_sizes certificate 3 5
key=$("$MPCF_HOST" keys show "$folder/run/keys/user.pem" | sed -n '2s/ *//p')
for role in provider dealer; do
    grep -q "joined session .*user, certificate with key $key" "$folder/run/$role.log" ||
        fail "the $role does not say by which key the user joined"
done
echo "ok - over tls, by certificates: the same; examples/three-machines works as it stands"
