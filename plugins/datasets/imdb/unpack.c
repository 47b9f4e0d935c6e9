/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gzip's members one behind the other (RFC 1952), by zlib. Not by its gzread(), which takes a file for whole that ends
 * where a block of its output does; nor by libarchive, which does not compare the checksums.
 */
#include "unpack.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

enum { BLOCK = 64 << 10, WITH_GZIP_HEADER = 16 };

struct unpack {
    FILE *file;
    const char *name;
    bool is_packed, is_between; /* members: the file may end here */
    z_stream stream;
    unsigned char block[BLOCK];
};

static mpcf_status fill_block(struct unpack *u, mpcf_error *err)
{
    u->stream.next_in = u->block;
    u->stream.avail_in = (uInt) fread(u->block, 1, BLOCK, u->file);
    if (ferror(u->file) != 0) {
        return mpcf_fail(err, MPCF_E_IO, "cannot read '%s': %s", u->name, strerror(errno));
    }
    return MPCF_OK;
}

static bool is_member(const struct unpack *u)
{
    return u->stream.avail_in >= 2 && u->stream.next_in[0] == 0x1f && u->stream.next_in[1] == 0x8b;
}

static mpcf_status begin(struct unpack *u, mpcf_error *err)
{
    MPCF_TRY(fill_block(u, err));
    if (is_member(u) && inflateInit2(&u->stream, MAX_WBITS + WITH_GZIP_HEADER) != Z_OK) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for unpacking '%s'", u->name);
    }
    u->is_packed = is_member(u);
    return MPCF_OK;
}

mpcf_status unpack_open(FILE *file, const char *name, struct unpack **out, mpcf_error *err)
{
    struct unpack *u = calloc(1, sizeof(*u));
    mpcf_status status = MPCF_OK;

    if (u == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for unpacking '%s'", name);
    }
    u->file = file;
    u->name = name;
    status = begin(u, err);
    if (status != MPCF_OK) {
        unpack_close(u);
        return status;
    }
    *out = u;
    return MPCF_OK;
}

void unpack_close(struct unpack *unpack)
{
    if (unpack != NULL && unpack->is_packed) {
        (void) inflateEnd(&unpack->stream);
    }
    free(unpack);
}

static mpcf_status inflate_some(struct unpack *u, mpcf_error *err)
{
    const int got = inflate(&u->stream, Z_NO_FLUSH);

    u->is_between = got == Z_STREAM_END;
    if (u->is_between && inflateReset(&u->stream) == Z_OK) {
        return MPCF_OK;
    }
    if (got == Z_MEM_ERROR) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for unpacking '%s'", u->name);
    }
    if (got != Z_OK && got != Z_BUF_ERROR) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: damaged: %s", u->name,
                         u->stream.msg != NULL ? u->stream.msg : "it is not gzip's");
    }
    return MPCF_OK;
}

mpcf_status unpack_read(struct unpack *unpack, void *to, size_t size, size_t *got, mpcf_error *err)
{
    z_stream *s = &unpack->stream;

    *got = 0;
    s->next_out = to;
    s->avail_out = (uInt) size;
    while (s->avail_out > 0) {
        if (s->avail_in == 0) {
            MPCF_TRY(fill_block(unpack, err));
        }
        if (s->avail_in == 0) {
            if (unpack->is_packed && !unpack->is_between) {
                return mpcf_fail(err, MPCF_E_FORMAT, "%s: ends early", unpack->name);
            }
            break;
        }
        if (unpack->is_packed) {
            MPCF_TRY(inflate_some(unpack, err));
        } else {
            const uInt n = s->avail_in < s->avail_out ? s->avail_in : s->avail_out;

            memcpy(s->next_out, s->next_in, n);
            s->next_in += n;
            s->avail_in -= n;
            s->next_out += n;
            s->avail_out -= n;
        }
    }
    *got = size - s->avail_out;
    return MPCF_OK;
}
