#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# client.sh BUILD: the examples of mpcf/client.h, in C and through Python's ctypes, ask roles that are
# processes of their own, and get the labels that `predict --plain` has.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$1" && pwd)
host=$build/bin/mpcf-host
folder=$(mktemp -d "${TMPDIR:-/tmp}/mpcf-client-XXXXXX")
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export MPCF_LOG=warn

"$host" example example --rows 16 >/dev/null
cat >client.yaml <<END
version: 1
output: run
model: {path: example/model}
dataset: {reader: glue, task: SST-2, path: example/data, max_length: 16}
approximations: {activation: quad, normaliser: 2quad}
transport: loopback
parties: {provider: {listen: "@mpcf-client-$$-p"}, dealer: {listen: "@mpcf-client-$$-d"}}
stages: {convert: {}, infer: {}}
END
"$host" client.yaml --stage convert --quiet
"$host" predict client.yaml --plain "good film" "bad story" | cut -f 1 >expected

# WHAT: COMMAND...: its first words are the labels.
ask() {
    what=$1
    shift
    "$host" client.yaml --role provider --quiet &
    provider=$!
    "$host" client.yaml --role dealer --quiet &
    dealer=$!
    "$@" client.yaml "good film" "bad story" | cut -d ' ' -f 1 >got
    wait "$provider" "$dealer"
    diff expected got || { echo "$what: other labels"; exit 1; }
}

${CC:-cc} -std=c11 -Wall -Wextra -Werror -I"$top/plugin-sdk/include" \
    -I"$build/plugin-sdk/include" "$top/examples/client.c" -o client -L"$build/lib" -lmpcf \
    -Wl,-rpath,"$build/lib"
ask C ./client
if command -v python3 >/dev/null && python3 -c 'import ctypes' 2>/dev/null; then
    export MPCF_LIBRARY="$build/lib/libmpcf.so"
    ask ctypes python3 "$top/examples/client.py"
    # A text that is no list is none of letters, and what C would cut is refused.
    PYTHONPATH="$top/examples" PYTHONDONTWRITEBYTECODE=1 python3 - <<'END'
from client import Client
c = Client("client.yaml")
for texts, kind in ("bank", TypeError), (b"bank", TypeError), (["a\0b"], ValueError):
    try:
        c.ask(texts)
    except kind:
        continue
    raise SystemExit(f"ask({texts!r}) is taken")
c.__exit__()
END
    echo "client: C and ctypes, $(wc -l <expected) labels each"
else
    echo "client: C, $(wc -l <expected) labels; no Python with ctypes here"
fi
