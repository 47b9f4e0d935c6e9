/* SPDX-License-Identifier: Apache-2.0 */
/* ranges.json of student/public, read, widened, and what it comes to. */
#include "bench/bench_ranges.h"

#include <math.h>
#include <string.h>

#include "base/folder.h"
#include "base/memory.h"
#include "base/text.h"
#include "pass/ranges.h"

static char *path_of(const char *student)
{
    return file_join(student, "public/ranges.json");
}

static mpcf_status widen(const char *from, const char *to, mpcf_error *err)
{
    struct ranges *own = NULL, *measured = NULL;
    mpcf_status status = ranges_read(from, &own, err);

    if (status == MPCF_OK) {
        status = ranges_read(to, &measured, err);
    }
    for (size_t i = 0; status == MPCF_OK && i < measured->count; i++) {
        struct node_range *r = &measured->items[i];
        const struct node_range *more = ranges_find(own, r->node);

        r->low = more != NULL ? fmin(r->low, more->low) : r->low;
        r->high = more != NULL ? fmax(r->high, more->high) : r->high;
    }
    if (status == MPCF_OK) {
        status = ranges_write(measured, to, err);
    }
    ranges_destroy(own);
    ranges_destroy(measured);
    return status;
}

mpcf_status bench_ranges_take(const char *from, const char *to, mpcf_error *err)
{
    char *own = path_of(from), *measured = path_of(to);
    mpcf_status status = own == NULL || measured == NULL ? mpcf_fail_memory(err, 0, "a path")
                         : file_exists(own)              ? widen(own, measured, err)
                                                         : MPCF_OK;

    mpcf_free(own);
    mpcf_free(measured);
    return status;
}

/* --- How wide --- */

/* Of nodes whose name ends so and has PART; false: there are none. */
static bool widest(const struct ranges *r, const char *part, const char *end,
                   struct node_range *all, double *octaves)
{
    *all = (struct node_range){NULL, INFINITY, -INFINITY};
    *octaves = 0;
    for (size_t i = 0; i < r->count; i++) {
        const struct node_range *item = &r->items[i];

        if (strstr(item->node, part) == NULL || !text_ends_with(item->node, end)) {
            continue;
        }
        all->low = fmin(all->low, item->low);
        all->high = fmax(all->high, item->high);
        *octaves = fmax(*octaves, item->low > 0 ? log2(item->high / item->low) : 0);
    }
    return all->low <= all->high;
}

static void enter(json_t *out, const char *name, const struct node_range *r)
{
    (void) json_object_set_new(out, name, json_pack("[f,f]", r->low, r->high));
}

mpcf_status bench_ranges_of(const char *student, json_t **out, mpcf_error *err)
{
    char *path = path_of(student);
    struct ranges *r = NULL;
    struct node_range all;
    double octaves = 0;
    json_t *result = json_object();
    mpcf_status status = path != NULL && result != NULL ? ranges_read(path, &r, err)
                                                        : mpcf_fail_memory(err, 0, "ranges");

    if (status == MPCF_OK && widest(r, "attention", ".matmul", &all, &octaves)) {
        enter(result, "scores", &all);
    }
    if (status == MPCF_OK && widest(r, "normaliser", ".row_sum", &all, &octaves)) {
        enter(result, "row_sums", &all);
    }
    if (status == MPCF_OK && widest(r, "", ".row_mean_square", &all, &octaves)) {
        enter(result, "variances", &all);
        (void) json_object_set_new(result, "variance_octaves", json_real(octaves));
    }
    ranges_destroy(r);
    mpcf_free(path);
    if (status != MPCF_OK) {
        json_decref(result);
        return status;
    }
    *out = result;
    return MPCF_OK;
}
