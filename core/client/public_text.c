/* SPDX-License-Identifier: Apache-2.0 */
/* Writes what the reader of pipeline files then reads, so that nothing else knows of it. */
#include "client/public_text.h"

#include <jansson.h>
#include <string.h>

#include "base/folder.h"
#include "base/memory.h"
#include "format/json.h"

#define FOLDER_END "/student/public"

/* --- Approximations --- */

/* Letters that end no value and begin none in YAML: the folder may be anybody's. */
static bool is_plain(const char *text, size_t length)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-";

    return length > 0 && strspn(text, letters) >= length;
}

/* The next word of *AT, behind which *AT then stands; its length, 0 where none is left or it is not plain. */
static size_t next_word(const char **at, const char **word, char end)
{
    size_t length;

    *word = *at += strspn(*at, " ");
    length = strcspn(*at, end == ' ' ? " " : "= ");
    if (!is_plain(*word, length) || (end == '=' && (*at)[length] != '=')) {
        return 0;
    }
    *at += length + (end == '=');
    return length;
}

static bool put_options(const char *at, struct text_buffer *out)
{
    const char *key, *value;
    bool is_first = true;

    for (at += strspn(at, " "); *at != '\0'; at += strspn(at, " ")) {
        const size_t key_length = next_word(&at, &key, '=');
        const size_t length = key_length > 0 ? next_word(&at, &value, ' ') : 0;

        if (length == 0) {
            return false;
        }
        text_printf(out, "%s%.*s: \"%.*s\"", is_first ? ", options: {" : ", ", (int) key_length,
                    key, (int) length, value);
        is_first = false;
    }
    text_append(out, is_first ? "" : "}");
    return true;
}

/* "where=attention+feed_forward" of LENGTH as a key of the file. */
static bool put_where(const char *word, size_t length, struct text_buffer *out)
{
    text_append(out, ", where: \"");
    for (size_t i = 0; i < length; i++) {
        const bool is_end = i == 0 || i + 1 == length || word[i - 1] == '+';

        if (word[i] != '_' && (word[i] < 'a' || word[i] > 'z') && (word[i] != '+' || is_end)) {
            return false;
        }
        text_append_bytes(out, word[i] == '+' ? "," : word + i, 1);
    }
    text_append(out, "\"");
    return length > 0;
}

static bool put_heads(const char *word, size_t length, struct text_buffer *out)
{
    if (length == 0 || strspn(word, "0123456789,-") < length) {
        return false;
    }
    text_printf(out, ", heads: \"%.*s\"", (int) length, word);
    return true;
}

/* The words in front of the name that say what of its layers an entry is of; *AT is left behind them. */
static bool put_part(const char **at, struct text_buffer *out)
{
    static const struct {
        const char *begin;
        bool (*put)(const char *word, size_t length, struct text_buffer *out);
    } words[] = {{"where=", put_where}, {"heads=", put_heads}};
    bool is_read = true;

    for (size_t i = 0; is_read && i < sizeof words / sizeof *words; i++) {
        const size_t begin = strlen(words[i].begin);

        *at += strspn(*at, " ");
        if (strncmp(*at, words[i].begin, begin) == 0) {
            const size_t length = strcspn(*at + begin, " ");

            is_read = words[i].put(*at + begin, length, out);
            *at += begin + length;
        }
    }
    return is_read;
}

mpcf_status public_text_entry(const char *line, struct text_buffer *out, mpcf_error *err)
{
    const char *at = line, *slot, *layers, *name;
    const size_t slot_length = next_word(&at, &slot, ' ');
    const size_t layers_length = slot_length > 0 ? next_word(&at, &layers, ' ') : 0;
    struct text_buffer part = {0};
    const bool has_part = layers_length > 0 && put_part(&at, &part);
    const size_t name_length = has_part ? next_word(&at, &name, ' ') : 0;
    bool is_read = name_length > 0;

    if (is_read) {
        const bool all = layers_length == 3 && strncmp(layers, "all", 3) == 0;

        text_printf(out, "{name: %.*s", (int) name_length, name);
        if (!all) {
            text_printf(out, ", layers: \"%.*s\"", (int) layers_length, layers);
        }
        text_append(out, part.length > 0 ? text_string(&part) : "");
        is_read = put_options(at, out);
        text_append(out, "}");
    }
    out->failed = out->failed || part.failed;
    text_clear(&part);
    return is_read ? MPCF_OK
                   : mpcf_fail(err, MPCF_E_FORMAT,
                               "approximations.json: '%.80s', expected a slot, layers, a name and "
                               "its options",
                               line);
}

/* Whether A and B begin with the same word, a slot's. */
static bool have_one_slot(const char *a, const char *b)
{
    const size_t length = strcspn(a, " ");

    return strcspn(b, " ") == length && strncmp(a, b, length) == 0;
}

/* All lines of the slot of LINES[FIRST]; nothing where an earlier one has it. */
static mpcf_status put_slot(const json_t *lines, size_t first, struct text_buffer *out,
                            mpcf_error *err)
{
    const char *text = json_string_value(json_array_get(lines, first));
    bool is_next = false;

    if (text == NULL || !is_plain(text, strcspn(text, " "))) {
        return mpcf_fail(err, MPCF_E_FORMAT, "approximations.json: line %zu names no slot", first);
    }
    for (size_t i = 0; i < first; i++) {
        if (have_one_slot(json_string_value(json_array_get(lines, i)), text)) {
            return MPCF_OK;
        }
    }
    text_printf(out, "  %.*s: [", (int) strcspn(text, " "), text);
    for (size_t i = first; i < json_array_size(lines); i++) {
        const char *line = json_string_value(json_array_get(lines, i));

        if (line != NULL && have_one_slot(text, line)) {
            text_append(out, is_next ? ", " : "");
            MPCF_TRY(public_text_entry(line, out, err));
            is_next = true;
        }
    }
    text_append(out, "]\n");
    return MPCF_OK;
}

static mpcf_status put_approximations(const char *folder, struct text_buffer *out, mpcf_error *err)
{
    char *path = file_join(folder, "approximations.json");
    json_t *record = NULL;
    mpcf_status status =
        path != NULL ? json_read_file(path, &record, err) : mpcf_fail_memory(err, 0, "a path");
    const json_t *lines = json_object_get(record, "approximations");

    if (status == MPCF_OK && json_array_size(lines) > 0) {
        text_append(out, "approximations:\n");
    }
    for (size_t i = 0; status == MPCF_OK && i < json_array_size(lines); i++) {
        status = put_slot(lines, i, out, err);
    }
    json_decref(record);
    mpcf_free(path);
    return status;
}

/* --- The rest --- */

/* TEXT between double quotes. A path may hold "${NAME}", which is a variable's value as in a file. */
static void put_quoted(const char *text, struct text_buffer *out)
{
    text_append(out, "\"");
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\') {
            text_append(out, "\\");
        }
        text_append_bytes(out, c, 1);
    }
    text_append(out, "\"");
}

static void put(const char *head, const char *value, const char *tail, struct text_buffer *out)
{
    text_append(out, head);
    put_quoted(value, out);
    text_append(out, tail);
}

/* Keys prove who the others are; that nobody reads along is for whoever joins the machines to see to. */
static void put_links(const mpcf_client_options *o, struct text_buffer *out)
{
    put("transport: {name: ", o->transport != NULL ? o->transport : "tcp",
        o->keys != NULL ? ", require: [authenticated]}\n" : "}\n", out);
    put("parties:\n  provider: {listen: ", o->provider, "}\n", out);
    put("  dealer: {listen: ", o->dealer, "}\n", out);
    if (o->keys != NULL) {
        put("  user: {keys: ", o->keys, "}\n", out);
    }
}

mpcf_status public_text(const mpcf_client_options *o, struct text_buffer *out, mpcf_error *err)
{
    char *folder = file_absolute(o->public_folder);
    mpcf_status status = folder != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "a path");

    if (status == MPCF_OK && (!text_ends_with(folder, FOLDER_END) || !file_is_folder(folder))) {
        status = mpcf_fail(err, MPCF_E_INVALID,
                           "public_folder '%s' is no folder named student/public", folder);
    }
    if (status == MPCF_OK && (o->provider == NULL || o->dealer == NULL)) {
        status = mpcf_fail(err, MPCF_E_INVALID,
                           "public_folder needs the addresses of the provider "
                           "and the dealer");
    }
    if (status == MPCF_OK) {
        put("version: 1\nmodel: {path: ", folder, "}\n", out);
        status = put_approximations(folder, out, err);
    }
    if (status == MPCF_OK) {
        put_links(o, out);
        folder[strlen(folder) - strlen(FOLDER_END)] = '\0';
        put("output: ", *folder == '\0' ? "/" : folder, "\n", out);
        status = out->failed ? mpcf_fail_memory(err, out->length, "a pipeline file") : MPCF_OK;
    }
    mpcf_free(folder);
    return status;
}
