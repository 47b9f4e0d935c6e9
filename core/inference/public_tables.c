/* SPDX-License-Identifier: Apache-2.0 */
/* Writes and reads the embedding tables in student/public. */
#include "inference/public_tables.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/memory.h"
#include "format/safetensors.h"
#include "format/safetensors_write.h"
#include "lower/lookup_table.h"
#include "pipeline/output.h"

static char *path_in(const char *folder, mpcf_error *err)
{
    char *path = file_join(folder, OUTPUT_TABLES);

    if (path == NULL) {
        (void) mpcf_fail_memory(err, strlen(folder), "a path");
    }
    return path;
}

static struct tensor_out tensor_of(const struct parameter *p)
{
    struct tensor_out t = {.name = p->name, .rank = (size_t) p->shape.rank, .data = p->value};

    for (size_t i = 0; i < t.rank; i++) {
        t.dim[i] = (uint64_t) p->shape.dim[i];
    }
    return t;
}

static mpcf_status write_tables(const struct parameters *tables, const char *path, mpcf_error *err)
{
    struct tensor_out *tensors = mpcf_alloc_array(tables->count + 1, sizeof *tensors);
    mpcf_status status = MPCF_OK;

    if (tensors == NULL) {
        return mpcf_fail_memory(err, tables->count * sizeof *tensors, "tensors");
    }
    for (size_t i = 0; i < tables->count; i++) {
        tensors[i] = tensor_of(&tables->items[i]);
    }
    status = safetensors_write(path, tensors, tables->count, err);
    mpcf_free(tensors);
    return status;
}

mpcf_status public_tables_write(const mpcf_graph *g, const struct parameters *parameters,
                                const char *folder, char digest[FILE_DIGEST_SIZE], mpcf_error *err)
{
    struct parameters *tables = NULL;
    char *path = path_in(folder, err);
    mpcf_status status =
        path != NULL ? parameters_create_some(g, lower_needs_table, &tables, err) : MPCF_E_NOMEM;

    if (status == MPCF_OK && tables->count == 0) {
        status = mpcf_fail(err, MPCF_E_UNSUPPORTED,
                           "embedding: public: this model has no table that the user could look "
                           "words up in");
    }
    if (status == MPCF_OK) {
        parameters_copy(tables, parameters, NULL);
        status = write_tables(tables, path, err);
    }
    if (status == MPCF_OK) {
        status = file_digest(path, digest, err);
    }
    parameters_destroy(tables);
    mpcf_free(path);
    return status;
}

static bool has_shape(const struct tensor *t, const struct parameter *p)
{
    bool same = t->rank == (size_t) p->shape.rank && t->count == p->count;

    for (size_t i = 0; same && i < t->rank; i++) {
        same = t->dim[i] == (uint64_t) p->shape.dim[i];
    }
    return same;
}

static mpcf_status fill(const struct safetensors *file, const char *path, struct parameter *p,
                        mpcf_error *err)
{
    const struct tensor *t = safetensors_find(file, p->name);

    if (t == NULL) {
        return mpcf_fail(err, MPCF_E_FORMAT, "'%s' has no tensor '%s'", path, p->name);
    }
    if (!has_shape(t, p)) {
        return mpcf_fail(err, MPCF_E_SHAPE, "'%s': tensor '%s' has %zu elements, expected %zu",
                         path, p->name, t->count, p->count);
    }
    return tensor_floats(t, p->value, err);
}

static mpcf_status check(const char *path, const char *digest, mpcf_error *err)
{
    char found[FILE_DIGEST_SIZE];

    MPCF_TRY(file_digest(path, found, err));
    return strcmp(found, digest) == 0
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_CONFIG,
                           "'%s' is not the one that was made with its folder: its digest is "
                           "%.16s..., expected %.16s...",
                           path, found, digest);
}

static mpcf_status read_tables(struct parameters *tables, const char *path, mpcf_error *err)
{
    struct safetensors *file = NULL;
    mpcf_status status = safetensors_open(path, &file, err);

    for (size_t i = 0; status == MPCF_OK && i < tables->count; i++) {
        status = fill(file, path, &tables->items[i], err);
    }
    safetensors_close(file);
    return status;
}

mpcf_status public_tables_read(const mpcf_graph *g, const char *folder, const char *digest,
                               struct parameters **out, mpcf_error *err)
{
    struct parameters *tables = NULL;
    char *path = path_in(folder, err);
    mpcf_status status = path != NULL ? check(path, digest, err) : MPCF_E_NOMEM;

    if (status == MPCF_OK) {
        status = parameters_create_some(g, lower_needs_table, &tables, err);
    }
    if (status == MPCF_OK) {
        status = read_tables(tables, path, err);
    }
    mpcf_free(path);
    if (status != MPCF_OK) {
        parameters_destroy(tables);
        return status;
    }
    *out = tables;
    return MPCF_OK;
}

mpcf_status public_tables_remove(const char *folder, mpcf_error *err)
{
    char *path = path_in(folder, err);
    mpcf_status status = path != NULL ? MPCF_OK : MPCF_E_NOMEM;

    if (path != NULL && unlink(path) != 0 && errno != ENOENT) {
        status = mpcf_fail(err, MPCF_E_IO, "cannot remove '%s': %s", path, strerror(errno));
    }
    mpcf_free(path);
    return status;
}
