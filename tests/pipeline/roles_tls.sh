#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Provider, user and dealer as on three machines, over tls: by certificates, by pinned keys, by the keys
# of the roles; each has the files that `mpcf-host keys new` says it needs, and no others. Then files that
# are wrong, and what is said.
#
#   roles_tls.sh BUILD_FOLDER
set -eu
. "$(dirname "$0")/roles.sh"
make_roles <<END
transport: {name: tls, options: {proof: certificate, folder: keys}}
parties:
  provider: {listen: "127.0.0.1:$port"}
  dealer: {listen: "127.0.0.1:$((port + 1))"}
  user: {}
END
for role in provider user dealer; do
    mkdir "$folder/$role/keys"
done

# run_all PROOF [OPTIONS]: the three of them, to a good end.
run_all() {
    proof=$1
    shift
    for role in dealer provider user; do
        start $role --set "transport.options.proof=$proof" "$@"
    done
    all_end 60 0
    [ -s "$folder/user/out/infer/user.json" ] || fail "the user has no result"
}

for proof in certificate pinned; do
    "$host" keys new --proof $proof "$folder/$proof" >/dev/null
    "$host" keys check "$folder/$proof" >"$folder/check.log" || fail "keys check $proof"
    for role in provider user dealer; do
        rm -rf "$folder/$role/keys"
        mkdir "$folder/$role/keys"
        cp -p "$folder/$proof/$role.pem" "$folder/$role/keys/"
        case $proof in
        certificate) cp -p "$folder/$proof/authority.pem" "$folder/$role/keys/" ;;
        pinned) cp -p "$folder/$proof/trusted" "$folder/$role/keys/" ;;
        esac
    done
    run_all $proof
    for role in provider user dealer; do
        grep -q '"authenticated_by": "transport"' "$folder/$role/out/infer/$role.json" ||
            fail "the $role does not say what proved who its peers were"
    done
    echo "ok - three roles by proof: $proof"
done

"$host" keys new "$folder/links" >/dev/null
for role in provider user dealer; do
    cp -p "$folder/links/$role.key" "$folder/$role/"
done
for role in dealer provider user; do
    start $role --set transport.options.proof=keys --set parties.$role.keys=$role.key
done
all_end 60 0
echo "ok - three roles by proof: keys"

# Masks of weights that are kept for a user that the link proves: the second time none travel.
kept_run() {
    for role in dealer provider user; do
        if [ "$1" = keys ]; then
            start $role --set transport.options.proof=keys --set parties.$role.keys=$role.key \
                --set stages.infer.weight_masks=kept
        else
            start $role --set "transport.options.proof=$1" --set stages.infer.weight_masks=kept
        fi
    done
    for role in provider user dealer; do
        ends $role 60 0
    done
}
# figure NAME: a number of the user's record.
figure() {
    sed -n "s/.*\"$1\": \([0-9]*\).*/\1/p" "$folder/user/out/infer/user.json" | tail -n 1
}
# from_provider: bytes that the user had from it.
from_provider() {
    tr -d '\n' <"$folder/user/out/infer/user.json" |
        sed 's/.*"links": {[^}]*"provider": {[^}]*"received_bytes": \([0-9]*\).*/\1/'
}
for proof in keys pinned; do
    kept_run $proof
    [ "$(figure kept_bytes)" = 0 ] || fail "a user that nobody knows has kept masks"
    first=$(from_provider)
    kept_run $proof
    kept=$(figure kept_bytes)
    [ "$kept" -gt 50000 ] || fail "the second session keeps $kept bytes"
    [ $((first - $(from_provider))) = "$kept" ] ||
        fail "$first bytes from the provider at first, then $(from_provider): $kept were kept"
    says user "kept masks of weights .* are taken up"
    cp "$folder/user/out/infer/user.json" "$folder/before.json"
    rm -rf "$folder/user/out/store/user/kept" # forgotten
    kept_run $proof
    [ "$(figure kept_bytes)" = 0 ] || fail "what was removed is taken up"
    echo "ok - masks kept for a user with proof: $proof, $kept bytes"
done
# Who holds other keys is another user, whatever it brings; the first goes on with its own.
"$host" keys new "$folder/others" >/dev/null
[ "$(ls "$folder/provider/out/store/provider/kept" | wc -l)" = 2 ] ||
    fail "a user is not known by each of its proofs"
for role in provider user dealer; do
    cp -p "$folder/others/$role.key" "$folder/$role/"
done
kept_run keys
[ "$(figure kept_bytes)" = 0 ] || fail "another user has masks of the first"
[ "$(ls "$folder/provider/out/store/provider/kept" | wc -l)" = 3 ] ||
    fail "another user's masks take the place of the first's"
for role in provider user dealer; do
    cp -p "$folder/links/$role.key" "$folder/$role/"
done
echo "ok - another user has masks of its own"
# Where nobody is proved nothing is kept, and both say at which line.
for role in user provider; do
    start $role --set transport.name=tcp --set 'transport.options={}' --set 'transport.require=[]' \
        --set stages.infer.weight_masks=kept
    ends $role 20 2
    says $role "weight_masks: kept is for a user that the link proves"
    says $role "write .transport: tls."
done
echo "ok - masks of a user that nobody proves are not kept"

# What a hurried operator does. The files are those of pinned keys, then certificates again.
start user --set transport.options.proof=keys
ends user 20 2
says user "parties.user.keys is not given: transport 'tls' proves roles by keys"
for role in provider user dealer; do
    cp -p "$folder/certificate/$role.pem" "$folder/certificate/authority.pem" "$folder/$role/keys/"
done
"$host" "$folder/user/pipeline.yaml" --role user --check >"$folder/user.log" 2>&1 ||
    fail "--check refuses files that are right"
chmod 644 "$folder/user/keys/user.pem"
! "$host" "$folder/user/pipeline.yaml" --role user --check >"$folder/user.log" 2>&1 ||
    fail "--check takes a key that everyone can read"
says user "the keys of the user: others can reach the key in"
start user
ends user 20 2
says user "others can reach the key in"
chmod 600 "$folder/user/keys/user.pem"
cp -p "$folder/certificate/user.pem" "$folder/dealer/keys/dealer.pem"
start dealer
ends dealer 20 2
says dealer "has the certificate of the user, not of the dealer"
cp -p "$folder/certificate/dealer.pem" "$folder/dealer/keys/dealer.pem"
echo "ok - wrong files are refused where they are"

# Another authority: both say so; who was called goes on, takes up the right one, and serves the next.
"$host" keys new --proof certificate "$folder/other" >/dev/null
cp -p "$folder/other/user.pem" "$folder/other/authority.pem" "$folder/user/keys/"
start dealer
start provider
listening dealer
listening provider
start user
ends user 20 1
says user "is not signed by the authority in"
for role in provider dealer; do
    cp -p "$folder/other/$role.pem" "$folder/other/authority.pem" "$folder/$role/keys/"
done
start user
all_end 60 0
says dealer "turned a caller away: a caller from 127.0.0.1:.*it does not know the authority"
echo "ok - another authority is refused, and taken up once it is there"

# One proof here, another there.
start dealer --set transport.options.proof=keys --set parties.dealer.keys=dealer.key
listening dealer
start user
ends user 20 1
says user "the two have no proof in common"
kill "$(cat "$folder/dealer.pid")"
ends dealer 5 1
says dealer "turned a caller away: .*the two have no proof in common"
echo "ok - another proof is refused, and named"

cp -r "$folder/out" "$folder/out-one"
"$host" "$folder/pipeline.yaml" --stage infer --quiet --set transport.options.proof=keys \
    --set output=out-one >"$folder/user.log" 2>&1 || fail "one command over tls"
echo "ok - one command over tls makes keys of its own"
