/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the functions of CUDA come from: the libraries of this machine, opened when a device is.
 */
#include "cuda_table.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

struct entry {
    const char *symbol;
    size_t offset; /* in struct cuda_table */
};

#define ENTRY(member, symbol, result, arguments) {#symbol, offsetof(struct cuda_table, member)},
static const struct entry driver[] = {CUDA_DRIVER_MAP(ENTRY)};
static const struct entry lt[] = {CUDA_LT_MAP(ENTRY)};
#undef ENTRY

/* Data of POSIX's dlsym() becomes a function by its bytes, which ISO C has no cast for. */
static mpcf_status fill(struct cuda_table *table, void *library, const char *name,
                        const struct entry *entries, size_t count, mpcf_error *err)
{
    for (size_t i = 0; i < count; i++) {
        void *symbol = dlsym(library, entries[i].symbol);

        if (symbol == NULL) {
            return mpcf_fail(err, MPCF_E_UNSUPPORTED, "%s has no %s: it is too old", name,
                             entries[i].symbol);
        }
        memcpy((char *) table + entries[i].offset, &symbol, sizeof symbol);
    }
    return MPCF_OK;
}

mpcf_status cuda_table_fill_driver(struct cuda_table *table, mpcf_error *err)
{
    void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);

    if (library == NULL) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED, "no CUDA driver: %s", dlerror());
    }
    return fill(table, library, "libcuda.so.1", driver, sizeof driver / sizeof driver[0], err);
}

mpcf_status cuda_table_fill_lt(struct cuda_table *table, int major, mpcf_error *err)
{
    char name[64], place[128], why[256] = "";
    void *library;

    (void) snprintf(name, sizeof name, "libcublasLt.so.%d", major);
    library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        (void) snprintf(why, sizeof why, "%s", dlerror());
        (void) snprintf(place, sizeof place, "/usr/local/cuda/lib64/%s", name);
        library = dlopen(place, RTLD_NOW | RTLD_LOCAL);
    }
    if (library == NULL) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED, "no cuBLAS: %s (nor in /usr/local/cuda/lib64)",
                         why);
    }
    return fill(table, library, name, lt, sizeof lt / sizeof lt[0], err);
}
