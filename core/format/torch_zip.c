/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Members by libzip, from memory. A stored member is used where it lies in the file: libzip reads it
 * through a source of ours, which notes the place, and what it gave is compared with what lies there.
 */
#include "format/torch_zip.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <zip.h>

#include "base/arena.h"
#include "base/memory.h"

#define PIECE ((size_t) 64 << 10)
/* What compressed members may become, of the archive's length: torch.save() compresses nothing. */
#define GROWTH_FACTOR 16
#define GROWTH_LEAST  ((uint64_t) 1 << 20)

struct torch_zip {
    struct arena *arena;
    const unsigned char *data;
    size_t length;
    const char *name;
    zip_t *zip;
    const char *folder;    /* of its members */
    uint64_t at;           /* of the next byte that libzip reads */
    uint64_t last;         /* where its last read began */
    uint64_t taken, grown; /* bytes of members so far: stored, compressed ones */
    zip_error_t error;
};

/* --- The file, as libzip reads it --- */

static zip_int64_t read_piece(struct torch_zip *z, void *to, zip_uint64_t count)
{
    const uint64_t left = z->length - z->at;
    const uint64_t taken = count < left ? count : left;

    memcpy(to, z->data + z->at, (size_t) taken);
    z->last = z->at;
    z->at += taken;
    return (zip_int64_t) taken;
}

static zip_int64_t seek(struct torch_zip *z, void *place, zip_uint64_t length)
{
    const zip_int64_t at =
        zip_source_seek_compute_offset(z->at, z->length, place, length, &z->error);

    if (at < 0) {
        return -1;
    }
    z->at = (uint64_t) at;
    return 0;
}

static zip_int64_t describe(const struct torch_zip *z, zip_stat_t *facts)
{
    zip_stat_init(facts);
    facts->size = z->length;
    facts->valid |= ZIP_STAT_SIZE;
    return (zip_int64_t) sizeof *facts;
}

static zip_int64_t serve(void *context, void *data, zip_uint64_t length, zip_source_cmd_t command)
{
    struct torch_zip *z = context;

    switch (command) {
    case ZIP_SOURCE_OPEN:
        z->at = 0;
        return 0;
    case ZIP_SOURCE_READ:
        return read_piece(z, data, length);
    case ZIP_SOURCE_SEEK:
        return seek(z, data, length);
    case ZIP_SOURCE_TELL:
        return (zip_int64_t) z->at;
    case ZIP_SOURCE_STAT:
        return describe(z, data);
    case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&z->error, data, length);
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE:
        return 0;
    case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(
            ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR,
            ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, ZIP_SOURCE_SUPPORTS, -1);
    default:
        zip_error_set(&z->error, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
}

/* A shortage of memory libzip may take for a mistake of the file; errno, which was 0 before, tells. */
static mpcf_status fail_zip(const struct torch_zip *z, zip_error_t *error, mpcf_error *err)
{
    const bool is_short = errno == ENOMEM;
    const int code = zip_error_code_zip(error);

    return is_short || code == ZIP_ER_MEMORY
               ? mpcf_fail_memory(err, z->length, "the members of an archive")
               : mpcf_fail(err, MPCF_E_FORMAT, "'%s' is damaged or not whole: %s", z->name,
                           code == ZIP_ER_CRC ? "the checksum of a member is another"
                                              : zip_error_strerror(error));
}

/* --- The archive --- */

/* data.pkl is in the archive's one folder. */
static mpcf_status find_folder(struct torch_zip *z, mpcf_error *err)
{
    static const char wanted[] = "/data.pkl";
    const zip_int64_t count = zip_get_num_entries(z->zip, 0);

    for (zip_int64_t i = 0; i < count; i++) {
        const char *name = zip_get_name(z->zip, (zip_uint64_t) i, ZIP_FL_ENC_RAW);
        const size_t length = name == NULL ? 0 : strlen(name), end = sizeof wanted - 1;

        if (length > end && strcmp(name + length - end, wanted) == 0) {
            z->folder = arena_format(z->arena, "%.*s", (int) (length - end), name);
            return z->folder != NULL ? MPCF_OK : mpcf_fail_memory(err, length, "a folder's name");
        }
    }
    return mpcf_fail(err, MPCF_E_FORMAT,
                     "'%s' is a zip archive without data.pkl, so not of torch.save()", z->name);
}

static mpcf_status open_zip(struct torch_zip *z, mpcf_error *err)
{
    zip_error_t error;
    zip_source_t *source = NULL;
    mpcf_status status = MPCF_OK;

    errno = 0;
    zip_error_init(&error);
    source = zip_source_function_create(serve, z, &error);
    if (source != NULL) {
        z->zip = zip_open_from_source(source, ZIP_RDONLY, &error);
    }
    if (z->zip == NULL) {
        status = fail_zip(z, &error, err);
        zip_source_free(source);
    }
    zip_error_fini(&error);
    return status == MPCF_OK ? find_folder(z, err) : status;
}

bool torch_zip_is(const void *data, size_t length)
{
    return length >= 4 && memcmp(data, "PK\3\4", 4) == 0;
}

mpcf_status torch_zip_open(const void *data, size_t length, const char *name,
                           struct torch_zip **out, mpcf_error *err)
{
    struct arena *arena = arena_create();
    struct torch_zip *z = arena == NULL ? NULL : arena_alloc(arena, 1, sizeof *z);
    mpcf_status status = MPCF_OK;

    if (z == NULL) {
        arena_destroy(arena);
        return mpcf_fail_memory(err, sizeof *z, "an archive");
    }
    z->arena = arena;
    z->data = data;
    z->length = length;
    z->name = name;
    zip_error_init(&z->error);
    status = open_zip(z, err);
    if (status != MPCF_OK) {
        torch_zip_close(z);
        return status;
    }
    *out = z;
    return MPCF_OK;
}

void torch_zip_close(struct torch_zip *z)
{
    if (z == NULL) {
        return;
    }
    if (z->zip != NULL) {
        zip_discard(z->zip);
    }
    zip_error_fini(&z->error);
    arena_destroy(z->arena);
}

/* --- A member --- */

static mpcf_status fail_reading(const struct torch_zip *z, zip_file_t *file, mpcf_error *err)
{
    return fail_zip(z, zip_file_get_error(file), err);
}

/* All of FILE is what lies in the data from its first byte on. */
static mpcf_status read_stored(struct torch_zip *z, zip_file_t *file, const zip_stat_t *facts,
                               const unsigned char **bytes, mpcf_error *err)
{
    const uint64_t size = facts->size;
    unsigned char *piece = mpcf_alloc_array(PIECE, 1);
    uint64_t done = 0, begin = 0;
    zip_int64_t count = 0;
    mpcf_status status = MPCF_OK;

    if (piece == NULL) {
        return mpcf_fail_memory(err, PIECE, "a piece of an archive");
    }
    while (status == MPCF_OK && (count = zip_fread(file, piece, PIECE)) > 0) {
        begin = done == 0 ? z->last : begin;
        if ((uint64_t) count > size - done || begin + done + (uint64_t) count > z->length ||
            memcmp(z->data + begin + done, piece, (size_t) count) != 0) {
            status = mpcf_fail(err, MPCF_E_FORMAT, "'%s': a member lies in pieces", z->name);
        }
        done += (uint64_t) count;
    }
    mpcf_free(piece);
    MPCF_TRY(status);
    /* torch.serialization.set_crc32_options(False) writes 0 for every checksum. */
    if (count < 0 && !(facts->crc == 0 && done == size &&
                       zip_error_code_zip(zip_file_get_error(file)) == ZIP_ER_CRC)) {
        return fail_reading(z, file, err);
    }
    *bytes = z->data + begin;
    return done == size ? MPCF_OK
                        : mpcf_fail(err, MPCF_E_FORMAT, "'%s': a member ends early", z->name);
}

static mpcf_status read_compressed(struct torch_zip *z, zip_file_t *file, uint64_t size,
                                   const unsigned char **bytes, mpcf_error *err)
{
    unsigned char *copy = NULL, beyond = 0;

    if (size > GROWTH_FACTOR * (uint64_t) z->length + GROWTH_LEAST - z->grown) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "'%s': its compressed members become more than %d times as large", z->name,
                         GROWTH_FACTOR);
    }
    z->grown += size;
    copy = arena_alloc(z->arena, (size_t) size + 1, 1);
    if (copy == NULL) {
        return mpcf_fail_memory(err, (size_t) size, "a member of an archive");
    }
    for (uint64_t done = 0; done < size;) {
        const zip_int64_t count = zip_fread(file, copy + done, size - done);

        if (count <= 0) {
            return count < 0 ? fail_reading(z, file, err)
                             : mpcf_fail(err, MPCF_E_FORMAT, "'%s': a member ends early", z->name);
        }
        done += (uint64_t) count;
    }
    if (zip_fread(file, &beyond, 1) != 0) { /* and the checksum is compared */
        return fail_reading(z, file, err);
    }
    *bytes = copy;
    return MPCF_OK;
}

/* Members that lie in one another would be read again and again. */
static mpcf_status count_stored(struct torch_zip *z, uint64_t size, mpcf_error *err)
{
    if (size > z->length - z->taken) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "'%s': its members are longer than the file: it is truncated, or they "
                         "overlap",
                         z->name);
    }
    z->taken += size;
    return MPCF_OK;
}

static mpcf_status read_member(struct torch_zip *z, const zip_stat_t *facts,
                               const unsigned char **bytes, mpcf_error *err)
{
    const bool is_stored = facts->comp_method == ZIP_CM_STORE;
    zip_file_t *file = NULL;
    mpcf_status status;

    MPCF_TRY(count_stored(z, facts->comp_size, err));
    errno = 0;
    file = zip_fopen_index(z->zip, facts->index, 0);
    if (file == NULL) {
        return fail_zip(z, zip_get_error(z->zip), err);
    }
    status = is_stored ? read_stored(z, file, facts, bytes, err)
                       : read_compressed(z, file, facts->size, bytes, err);
    (void) zip_fclose(file);
    return status;
}

mpcf_status torch_zip_member(struct torch_zip *z, const char *member, size_t member_length,
                             const unsigned char **bytes, size_t *length, mpcf_error *err)
{
    enum { LONGEST = 256 };
    const zip_uint64_t wanted =
        ZIP_STAT_INDEX | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_CRC;
    char *path = member_length < LONGEST
                     ? mpcf_format("%s/%.*s", z->folder, (int) member_length, member)
                     : NULL;
    zip_stat_t facts;
    zip_int64_t index = -1;

    *bytes = NULL;
    if (path == NULL && member_length < LONGEST) {
        return mpcf_fail_memory(err, member_length, "a member's name");
    }
    if (path != NULL) {
        index = zip_name_locate(z->zip, path, ZIP_FL_ENC_RAW);
        mpcf_free(path);
    }
    if (index < 0 || zip_stat_index(z->zip, (zip_uint64_t) index, 0, &facts) != 0 ||
        (facts.valid & wanted) != wanted) {
        return mpcf_fail(err, MPCF_E_FORMAT, "'%s': its member '%.*s' is not there", z->name,
                         (int) (member_length < LONGEST ? member_length : LONGEST), member);
    }
    *length = (size_t) facts.size;
    return read_member(z, &facts, bytes, err);
}
