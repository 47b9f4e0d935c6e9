# SPDX-License-Identifier: Apache-2.0
# Called by check-includes with lines "core|plugin|sdk PATH"; `order` is
# described there.

# What is wrong, and what shows it.
function complain(what, shown,    text) {
    text = shown == "" ? what : what " (" shown ")"
    if (!(text in printed)) {
        print text
        printed[text] = 1
        failed++
    }
}
function folder_of(path,    part) {
    split(path, part, "/")
    return part[2]
}
function base_of(path) {
    sub(/.*\//, "", path)
    return path
}
function unit_of(path) {
    sub(/\.[ch]$/, "", path)
    return path
}

# --- Reading ---

function without_comments(line,    at, end) {
    if (commented) {
        end = index(line, "*/")
        if (!end) {
            return ""
        }
        line = substr(line, end + 2)
        commented = 0
    }
    while ((at = index(line, "/*"))) {
        end = index(substr(line, at + 2), "*/")
        if (!end) {
            commented = 1
            return substr(line, 1, at - 1)
        }
        line = substr(line, 1, at - 1) " " substr(line, at + 2 + end + 1)
    }
    return line
}
function without_strings(line) {
    gsub(/\\./, "", line)
    gsub(/"[^"]*"/, "", line)
    gsub(/'[^']*'/, "", line)
    return line
}
# The name that a line at the left edge declares: the one before "(", "[", "=" or ";".
function declared_name(line) {
    sub(/ *[(\[=;].*/, "", line)
    return match(line, /[a-z_][a-z_0-9]*$/) ? substr(line, RSTART) : ""
}
# Tags and members are not what is called.
function read_names(path, line,    name) {
    gsub(/(struct|enum|union) +[A-Za-z_0-9]+|(\.|->)[A-Za-z_][A-Za-z_0-9]*/, "", line)
    while (match(line, /[A-Za-z_][A-Za-z_0-9]*/)) {
        name = substr(line, RSTART, RLENGTH)
        line = substr(line, RSTART + RLENGTH)
        if (!((path, name) in is_used)) {
            is_used[path, name] = 1
            used[path] = used[path] " " name
        }
    }
}
# A function's body begins with "{" alone; the last line at the left edge before it has the name.
function read_definition(path, line) {
    if (line == "{") {
        if (edge != "" && edge != "main") {
            home[edge] = path
        }
    } else if (line ~ /^[a-z]/) {
        edge = line ~ /^(static|typedef)|\{$/ && line !~ /=/ ? "" : declared_name(line)
        if (line !~ /^static/ && line ~ /^[^(]*=/) {
            home[edge] = path
        }
    }
}
function read_include(path, name,    own, other) {
    if (name !~ /\//) {
        complain(path ": an include without its folder", "\"" name "\"")
        return
    }
    own = folder_of(path)
    other = name
    sub(/\/.*/, "", other)
    if (!(other in place)) {
        complain(path ": core/" other " has no place in the order of scripts/check-includes")
    } else if (place[other] > place[own]) {
        complain(path ": core/" own " must not include core/" other, name)
    } else if (other == own) {
        link(path, "core/" name, "includes " base_of(name))
    }
}
# Of a function or a table at the left edge of a header. Tags are none; nor are the tables of kernels,
# which the files of the levels fill.
function is_declaration(path, line) {
    return line ~ /^[a-z].*[(;]/ && line !~ /^(static|typedef)|^(struct|enum|union) [a-z_0-9]+;|\{/ &&
           !(line ~ /^extern / && path ~ /_kernel\.h$/)
}
function read_core_line(path, line, n,    quoted) {
    if (line ~ /^#include "/) {
        split(line, quoted, "\"")
        read_include(path, quoted[2])
        return
    }
    if ((line ~ /(case |\[)STEP_[A-Z_]+(:|\] *=)/ && line !~ /\[STEP_COUNT\]/) ||
        (path !~ /^core\/lower\// && line ~ /[!=]= *STEP_[A-Z]/)) {
        sub(/^ */, "", line)
        complain(path ": tells kinds of steps apart; what a kind is stands in its own file", "line " n ": " line)
        return
    }
    line = without_strings(without_comments(line))
    read_names(path, line)
    if (path ~ /\.c$/) {
        read_definition(path, line)
    } else if (is_declaration(path, line)) {
        declares[path] = declares[path] " " declared_name(line)
    }
}
function read_file(path,    line, n, quoted) {
    commented = 0
    edge = ""
    for (n = 1; (getline line < path) > 0; n++) {
        if (kinds[path] == "core") {
            read_core_line(path, line, n)
        } else if (kinds[path] == "plugin" && line ~ /^#include "/) {
            split(line, quoted, "\"")
            if (!(base_of(quoted[2]) in plugin_header) && \
                !(path ~ /^plugins\/device\// && quoted[2] == "device/device_operations.h")) {
                complain(path ": a plug-in includes only <mpcf/...> and its own files", \
                         "\"" quoted[2] "\"")
            }
        } else if (kinds[path] == "sdk" && line ~ /^#include "|^#include <(sys|unistd)/) {
            complain(path ":" n ": SDK headers include only <mpcf/...> and C11's own")
        }
    }
    close(path)
}

# --- Circles: strongly connected units (Tarjan), each shown by a shortest way round ---

function link(path, other, why,    a, b) {
    a = unit_of(path)
    b = unit_of(other)
    if (a != b && !((a, b) in edge_why)) {
        edge_why[a, b] = why
        edges[a] = edges[a] " " b
        if (!(a in is_unit)) {
            is_unit[a] = 1
            units[++unit_count] = a
        }
    }
}
function link_calls(path,    list, n, i) {
    n = split(used[path], list, " ")
    for (i = 1; i <= n; i++) {
        if ((list[i] in home) && folder_of(home[list[i]]) == folder_of(path)) {
            link(path, home[list[i]], list[i])
        }
    }
}
function visit(a,    list, n, i, b) {
    number[a] = low[a] = ++visited
    stack[++depth] = a
    on_stack[a] = 1
    n = split(edges[a], list, " ")
    for (i = 1; i <= n; i++) {
        b = list[i]
        if (!(b in number)) {
            visit(b)
        }
        if (on_stack[b] && low[b] < low[a]) {
            low[a] = low[b]
        }
    }
    if (low[a] == number[a]) {
        close_circle(a)
    }
}
function close_circle(root,    unit, members, size, i, j, text) {
    do {
        unit = stack[depth--]
        on_stack[unit] = 0
        circle[unit] = root
        for (i = ++size; i > 1 && members[i - 1] > unit; i--) {
            members[i] = members[i - 1]
        }
        members[i] = unit
    } while (unit != root)
    if (size > 1) {
        for (j = 1; j <= size; j++) {
            text = text " " base_of(members[j])
        }
        complain("core/" folder_of(root) ": a circle among" text, way_round(members[1], root))
    }
}
function way_round(first, root,    queue, head, tail, from, a, b, list, n, i) {
    queue[tail = head = 1] = first
    while (head <= tail) {
        a = queue[head++]
        n = split(edges[a], list, " ")
        for (i = 1; i <= n; i++) {
            b = list[i]
            if (b == first) {
                return way_back(first, a, from)
            }
            if ((b in circle) && circle[b] == root && !(b in from)) {
                from[b] = a
                queue[++tail] = b
            }
        }
    }
    return ""
}
function way_back(first, last, from,    text, next_one) {
    text = base_of(first)
    for (next_one = first;; last = from[last]) {
        text = base_of(last) " -> " edge_why[last, next_one] " -> " text
        if (last == first) {
            return text
        }
        next_one = last
    }
}

# --- Headers ---

function check_header(path,    list, n, i, others, seen, file) {
    n = split(declares[path], list, " ")
    for (i = 1; i <= n; i++) {
        file = home[list[i]]
        if (file != "" && unit_of(file) != unit_of(path) && !(file in seen)) {
            seen[file] = 1
            others = others (others == "" ? "" : " ") \
                     (folder_of(file) == folder_of(path) ? base_of(file) : file)
        }
    }
    if (others != "") {
        complain(path ": declares for others", others)
    }
}

# --- All of it ---

BEGIN {
    folders = split(order, folder, /[ \n]+/)
    for (i = 1; i <= folders; i++) {
        if (folder[i] in place) {
            complain("core/" folder[i] ": two places in the order of scripts/check-includes")
        }
        place[folder[i]] = i
        printf "%s%s", folder[i], i < folders ? " < " : "\n"
    }
}
{
    kinds[$2] = $1
    files[++file_count] = $2
    if ($1 == "plugin" && $2 ~ /\.h$/) {
        plugin_header[base_of($2)] = 1
    }
    if ($1 == "core" && !(folder_of($2) in place)) {
        complain("core/" folder_of($2) ": no place in the order of scripts/check-includes")
        place[folder_of($2)] = folders + 1
    }
}
END {
    for (i = 1; i <= file_count; i++) {
        read_file(files[i])
    }
    for (i = 1; i <= file_count; i++) {
        path = files[i]
        if (path ~ /^core\/.*\.c$/) {
            link_calls(path)
        } else if (path ~ /^core\/.*\.h$/) {
            check_header(path)
        }
    }
    for (i = 1; i <= unit_count; i++) {
        if (!(units[i] in number)) {
            visit(units[i])
        }
    }
    print "check-includes: " (failed ? failed " against the order" : "in order")
    exit failed ? 1 : 0
}
