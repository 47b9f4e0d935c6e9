# SPDX-License-Identifier: Apache-2.0
# awk -v out=page.1 -f man.awk page.1.md: a manual page from the part of Markdown that our pages use: a
# header between ---, # and ##, paragraphs, definitions (a term, then ":   "), tables, code that is
# indented by four, **bold**, *italic*, `code`. Anything else is an error, so that no page comes out wrong.

function fail(why) {
    print FILENAME ":" FNR ": " why > "/dev/stderr"
    failed = 1
    exit 1
}

# What troff would take for its own.
function plain(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    return text
}

# TEXT with its marks; a backslash takes the meaning of what follows it.
function marked(text,    result, bold, italic, code, c) {
    while (text != "") {
        c = substr(text, 1, 1)
        if (c == "\\" && !code) {
            result = result plain(substr(text, 2, 1))
            text = substr(text, 3)
        } else if (substr(text, 1, 2) == "**" && !code) {
            bold = !bold
            result = result (bold ? "\\fB" : "\\fR")
            text = substr(text, 3)
        } else if (c == "*" && !code) {
            italic = !italic
            result = result (italic ? "\\fI" : "\\fR")
            text = substr(text, 2)
        } else if (c == "`") {
            code = !code
            result = result (code ? "\\fB" : "\\fR")
            text = substr(text, 2)
        } else {
            result = result (bold || code ? plain(c) : c)
            text = substr(text, 2)
        }
    }
    if (bold || italic || code)
        fail("a mark is not closed")
    return result
}

function put(line) {
    print line > out
}

# A line of text: a dot or quote in front would be a request.
function put_text(text) {
    text = marked(text)
    put(text ~ /^[.']/ ? "\\&" text : text)
}

function end_block() {
    blanks = 0
    if (block == "code")
        put(".EE\n.RE")
    if (block == "table")
        put(".TE")
    block = ""
}

# What is gathered of a paragraph or of what a definition says.
function flush_text() {
    if (text == "")
        return
    if (!in_definition)
        put(".PP")
    put_text(text)
    text = ""
}

function table_row(line,    cells, n, i, row, format) {
    sub(/^\| */, "", line)
    sub(/ *\|$/, "", line)
    n = split(line, cells, / *\| */)
    if (block != "table") {
        end_block()
        for (i = 1; i <= n; i++)
            format = format (i == n ? "lx" : "l ")
        put(".PP\n.TS\ntab(@);\n" format ".")
        block = "table"
    }
    for (i = 1; i <= n; i++)
        row = row (i > 1 ? "@" : "") "T{\n" marked(cells[i]) "\nT}"
    put(row)
}

FNR == 1 { if ($0 != "---") fail("expected ---"); in_header = 1; next }
in_header && /^#/ { next }
in_header && /^---$/ {
    in_header = 0
    put("'\\\" t")
    put(".TH \"" head["title"] "\" \"" head["section"] "\" \"\" \"" head["footer"] "\" \"" head["header"] "\"")
    next
}
in_header { key = $0; sub(/:.*/, "", key); value = $0; sub(/^[^:]*: */, "", value); head[key] = value; next }

# A term is known by the line behind it.
{ if (has_term && $0 !~ /^:   /) { has_term = 0; text = text (text == "" ? "" : " ") term } }

/^```/ || /^[-+>] / || /^[0-9]+\. / || /^###/ || /\]\(/ { fail("man.awk does not know this: " $0) }
/^##? / {
    flush_text(); end_block(); in_definition = 0
    title = $0; sub(/^##? /, "", title)
    put((/^## / ? ".SS " : ".SH ") marked(title))
    next
}
/^:   / {
    if (!has_term) fail("a definition without a term")
    flush_text(); end_block()
    put(".TP"); put_text(term)
    has_term = 0; in_definition = 1
    text = substr($0, 5)
    next
}
/^    / && in_definition { text = text " " substr($0, 5); next }
/^    / {
    flush_text()
    if (block != "code") { put(".PP\n.RS 4\n.EX"); block = "code" }
    for (; blanks > 0; blanks--) put("")
    code_line = plain(substr($0, 5))
    put(code_line ~ /^[.']/ ? "\\&" code_line : code_line)
    next
}
/^\|[-| ]*$/ { next }
/^\|/ { flush_text(); table_row($0); next }
/^$/ {
    flush_text()
    if (block == "code") blanks++
    else end_block()
    in_definition_ended = 1
    next
}
{
    if (block != "") end_block()
    if (in_definition_ended && text == "") in_definition = 0
    in_definition_ended = 0
    term = $0; has_term = 1
}

END {
    if (!failed) {
        if (has_term) text = text (text == "" ? "" : " ") term
        flush_text()
        end_block()
    }
}
