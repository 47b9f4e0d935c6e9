/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mpcf/unpack.h>: gzip's members one behind the other (RFC 1952), by zlib. Not by its gzread(), which takes a file for
 * whole that ends where a block of its output does, and leaves out what stands behind.
 */
#include <mpcf/unpack.h>

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include <zlib.h>

#include "base/memory.h"

enum { BLOCK = 64 << 10, WITH_GZIP_HEADER = 16 };

enum place {
    PLAIN,     /* not packed */
    IN_MEMBER, /* the file may not end here */
    BETWEEN,   /* behind a member, where another one may begin */
    PADDING    /* zero bytes behind the last */
};

struct mpcf_unpack {
    FILE *file;
    const char *name;
    enum place place;
    bool has_stream;
    z_stream stream;
    unsigned char block[BLOCK];
};

static mpcf_status fill_block(mpcf_unpack *u, mpcf_error *err)
{
    u->stream.next_in = u->block;
    u->stream.avail_in = (uInt) fread(u->block, 1, BLOCK, u->file);
    return ferror(u->file) == 0
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_IO, "cannot read '%s': %s", u->name, strerror(errno));
}

/* Half of its mark is a file that was cut there. */
static bool is_member(const mpcf_unpack *u)
{
    const z_stream *s = &u->stream;

    return s->avail_in > 0 && s->next_in[0] == 0x1f && (s->avail_in == 1 || s->next_in[1] == 0x8b);
}

static mpcf_status begin(mpcf_unpack *u, mpcf_error *err)
{
    MPCF_TRY(fill_block(u, err));
    if (!is_member(u)) {
        return MPCF_OK;
    }
    u->place = IN_MEMBER;
    u->has_stream = inflateInit2(&u->stream, MAX_WBITS + WITH_GZIP_HEADER) == Z_OK;
    return u->has_stream ? MPCF_OK : mpcf_fail_memory(err, BLOCK, "unpacking a file");
}

mpcf_status mpcf_unpack_open(FILE *file, const char *name, mpcf_unpack **out, mpcf_error *err)
{
    mpcf_unpack *u = mpcf_alloc_array(1, sizeof *u);
    mpcf_status status = MPCF_OK;

    if (u == NULL) {
        return mpcf_fail_memory(err, sizeof *u, "unpacking a file");
    }
    u->file = file;
    u->name = name;
    status = begin(u, err);
    if (status != MPCF_OK) {
        mpcf_unpack_close(u);
        return status;
    }
    *out = u;
    return MPCF_OK;
}

/* The block has somebody's texts. */
void mpcf_unpack_close(mpcf_unpack *unpack)
{
    if (unpack == NULL) {
        return;
    }
    if (unpack->has_stream) {
        (void) inflateEnd(&unpack->stream);
    }
    mpcf_wipe(unpack->block, BLOCK);
    mpcf_free(unpack);
}

static mpcf_status fail_damaged(const mpcf_unpack *u, const char *how, mpcf_error *err)
{
    return mpcf_fail(err, MPCF_E_IO, "%s: the gzip file is damaged: %s", u->name, how);
}

static mpcf_status inflate_some(mpcf_unpack *u, mpcf_error *err)
{
    z_stream *s = &u->stream;
    const int got = inflate(s, Z_NO_FLUSH);

    if (got == Z_STREAM_END) {
        u->place = BETWEEN;
        return inflateReset(s) == Z_OK ? MPCF_OK
                                       : fail_damaged(u, "it cannot be gone on with", err);
    }
    if (got == Z_MEM_ERROR) {
        return mpcf_fail_memory(err, BLOCK, "unpacking a file");
    }
    return got == Z_OK || got == Z_BUF_ERROR
               ? MPCF_OK
               : fail_damaged(u, s->msg != NULL ? s->msg : "it is not gzip's", err);
}

/* What stands behind a member: another one, zero bytes to the end, or what is refused. */
static mpcf_status look_behind(mpcf_unpack *u, mpcf_error *err)
{
    z_stream *s = &u->stream;

    if (u->place == BETWEEN && *s->next_in == 0x1f) {
        u->place = IN_MEMBER;
        return MPCF_OK;
    }
    u->place = PADDING;
    while (s->avail_in > 0 && *s->next_in == 0) {
        s->next_in++;
        s->avail_in--;
    }
    return s->avail_in == 0
               ? MPCF_OK
               : fail_damaged(u, "behind its end stand bytes that are not gzip's", err);
}

static void copy_some(z_stream *s)
{
    const uInt n = s->avail_in < s->avail_out ? s->avail_in : s->avail_out;

    memcpy(s->next_out, s->next_in, n);
    s->next_in += n;
    s->avail_in -= n;
    s->next_out += n;
    s->avail_out -= n;
}

static mpcf_status take_some(mpcf_unpack *u, mpcf_error *err)
{
    if (u->place == PLAIN) {
        copy_some(&u->stream);
        return MPCF_OK;
    }
    return u->place == IN_MEMBER ? inflate_some(u, err) : look_behind(u, err);
}

mpcf_status mpcf_unpack_read(mpcf_unpack *unpack, void *to, size_t size, size_t *got,
                             mpcf_error *err)
{
    z_stream *s = &unpack->stream;
    const uInt wanted = size < UINT_MAX ? (uInt) size : UINT_MAX;

    s->next_out = to;
    s->avail_out = wanted;
    while (s->avail_out > 0) {
        if (s->avail_in == 0) {
            MPCF_TRY(fill_block(unpack, err));
        }
        if (s->avail_in == 0) {
            if (unpack->place == IN_MEMBER) {
                return mpcf_fail(err, MPCF_E_IO, "%s: the gzip file ends in its middle",
                                 unpack->name);
            }
            break;
        }
        MPCF_TRY(take_some(unpack, err));
    }
    *got = wanted - s->avail_out;
    return MPCF_OK;
}
