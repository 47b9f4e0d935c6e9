/* SPDX-License-Identifier: Apache-2.0 */
/* Which line of a text of keys is next, and which keys were taken back. */
#include "key_list.h"

#include <string.h>

/* --- lines --- */

mpcf_status key_list_next(struct key_list *l, mpcf_error *err)
{
    l->line = NULL;
    while (l->line == NULL && l->at < l->length) {
        const char *line = l->text + l->at, *end = memchr(line, '\n', l->length - l->at);
        l->size = end == NULL ? l->length - l->at : (size_t) (end - line);
        l->at += l->size + (end != NULL);
        l->number++;
        l->line = l->size > 0 && line[0] != '#' ? line : NULL;
    }
    /* What an editor or a mail of another system makes of a file. */
    if (l->line != NULL && l->line[l->size - 1] == '\r') {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s:%u: the line ends in CR LF: `sed -i 's/\\r$//'` that file", l->name,
                         l->number);
    }
    return MPCF_OK;
}

mpcf_status key_list_first(struct key_list *l, const char *first, mpcf_error *err)
{
    MPCF_TRY(key_list_next(l, err));
    return l->line != NULL && l->size == strlen(first) && memcmp(l->line, first, l->size) == 0
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_FORMAT, "%s: does not begin with the line '%s'", l->name,
                           first);
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool key_list_digits(const char *text, size_t length, uint8_t *out, size_t bytes)
{
    if (length != 2 * bytes) {
        return false;
    }
    for (size_t i = 0; i < bytes; i++) {
        const int high = digit_of(text[2 * i]), low = digit_of(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (uint8_t) (high * 16 + low);
    }
    return true;
}

/* --- keys that were taken back --- */

static mpcf_status read_revoked(const struct key_list *l, struct revoked_keys *out, mpcf_error *err)
{
    if (out->count == REVOKED_MAX) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s:%u: more than %d keys: make another authority instead", l->name,
                         l->number, REVOKED_MAX);
    }
    if (!key_list_digits(l->line, l->size, out->fingerprints[out->count], KEY_FINGERPRINT_BYTES)) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s:%u: a line is a fingerprint of 32 hexadecimal digits, without a role, "
                         "as `mpcf-host keys revoke` writes it",
                         l->name, l->number);
    }
    out->count++;
    return MPCF_OK;
}

mpcf_status revoked_keys_parse(const char *text, size_t length, const char *name,
                               struct revoked_keys *out, mpcf_error *err)
{
    struct key_list l = {.text = text, .length = length, .name = name};

    out->count = 0;
    MPCF_TRY(key_list_first(&l, "mpcf-revoked 1", err));
    for (;;) {
        MPCF_TRY(key_list_next(&l, err));
        if (l.line == NULL) {
            return MPCF_OK;
        }
        MPCF_TRY(read_revoked(&l, out, err));
    }
}

mpcf_status revoked_keys_read(const char *folder, struct proof_file *file, struct revoked_keys *out,
                              mpcf_error *err)
{
    out->count = 0;
    MPCF_TRY(proof_file_read_any(folder, "revoked", file, err));
    mpcf_status status = file->is_absent
                             ? MPCF_OK
                             : revoked_keys_parse(file->text, file->length, file->path, out, err);
    proof_file_clear(file);
    return status;
}

bool revoked_keys_have(const struct revoked_keys *revoked,
                       const uint8_t fingerprint[KEY_FINGERPRINT_BYTES])
{
    for (size_t i = 0; i < revoked->count; i++) {
        if (memcmp(revoked->fingerprints[i], fingerprint, KEY_FINGERPRINT_BYTES) == 0) {
            return true;
        }
    }
    return false;
}
