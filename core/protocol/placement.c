/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places of the ids of one input, once for the steps that read the same ids of the same table.
 */
#include "protocol/placement.h"

#include <string.h>

#include "base/memory.h"
#include "protocol/batch_code.h"
#include "protocol/user_ids.h"

struct placement {
    const struct step *step; /* one of those that it is for */
    int32_t *row_of, *slot;  /* one block */
};

struct placements {
    struct placement *items;
    size_t count;
};

static bool is_placed(const struct step *s)
{
    return s->buckets != 0 && s->input != NULL;
}

static const struct placement *find(const struct placements *p, const struct step *s)
{
    for (size_t i = 0; p != NULL && i < p->count; i++) {
        const struct step *t = p->items[i].step;
        if (t->buckets == s->buckets && t->groups == s->groups && t->pad_id == s->pad_id &&
            t->table_rows == s->table_rows && strcmp(t->input, s->input) == 0) {
            return &p->items[i];
        }
    }
    return NULL;
}

static mpcf_status place_groups(const struct step *s, const struct user_ids *ids, size_t count,
                                struct placement *out, int32_t *group, mpcf_error *err)
{
    const size_t asked = batch_code_asked(s->buckets);

    for (size_t g = 0; g < s->groups; g++) {
        for (size_t i = 0; i < count; i++) {
            group[i] = user_id(ids, g * count + i);
        }
        MPCF_TRY(batch_code_place(s->buckets, group, count, out->row_of + g * asked,
                                  out->slot + g * count, err));
    }
    return MPCF_OK;
}

static mpcf_status place(const struct program *p, const struct step *s,
                         const struct secure_input *in, struct placement *out, mpcf_error *err)
{
    const size_t count = p->batch * p->tokens, group = count / s->groups;
    const size_t rows = s->groups * batch_code_asked(s->buckets), room = rows + count + group;
    struct user_ids ids;

    MPCF_TRY(user_ids(p, s, in, s->table_rows, &ids, err));
    *out = (struct placement){.step = s, .row_of = mpcf_secret_alloc(room, sizeof *out->row_of)};
    if (out->row_of == NULL) {
        return mpcf_fail_memory(err, room * sizeof *out->row_of, "places of ids");
    }
    out->slot = out->row_of + rows;
    return place_groups(s, &ids, group, out, out->slot + count, err);
}

static mpcf_status place_all(const struct program *p, const struct secure_input *in,
                             struct placements *out, mpcf_error *err)
{
    for (size_t i = 0; i < p->step_count; i++) {
        const struct step *s = &p->steps[i];
        if (is_placed(s) && find(out, s) == NULL) {
            MPCF_TRY(place(p, s, in, &out->items[out->count++], err));
        }
    }
    return MPCF_OK;
}

mpcf_status placements_create(const struct program *p, const struct secure_input *in,
                              struct placements **out, mpcf_error *err)
{
    size_t most = 0;

    for (size_t i = 0; i < p->step_count; i++) {
        most += is_placed(&p->steps[i]);
    }
    *out = NULL;
    if (most == 0) {
        return MPCF_OK;
    }
    struct placements *made = mpcf_alloc_array(1, sizeof *made);
    if (made != NULL) {
        made->items = mpcf_alloc_array(most, sizeof *made->items);
    }
    mpcf_status status = made != NULL && made->items != NULL
                             ? place_all(p, in, made, err)
                             : mpcf_fail_memory(err, most * sizeof *made->items, "places of ids");
    if (status != MPCF_OK) {
        placements_destroy(made);
        return status;
    }
    *out = made;
    return MPCF_OK;
}

void placements_destroy(struct placements *p)
{
    if (p == NULL) {
        return;
    }
    for (size_t i = 0; p->items != NULL && i < p->count; i++) {
        mpcf_secret_free(p->items[i].row_of);
    }
    mpcf_free(p->items);
    mpcf_free(p);
}

static mpcf_status find_or_fail(const struct secure_input *in, const struct step *s,
                                const struct placement **out, mpcf_error *err)
{
    *out = find(in->placements, s);
    return *out != NULL ? MPCF_OK
                        : mpcf_fail(err, MPCF_E_INTERNAL, "step %u (%s): '%s' has no places",
                                    (unsigned) s->index, step_name(s->kind), s->input);
}

mpcf_status placement_rows(const struct secure_input *in, const struct step *s, const int32_t **out,
                           mpcf_error *err)
{
    const struct placement *p = NULL;

    MPCF_TRY(find_or_fail(in, s, &p, err));
    *out = p->row_of;
    return MPCF_OK;
}

mpcf_status placement_slots(const struct secure_input *in, const struct step *s,
                            const int32_t **out, mpcf_error *err)
{
    const struct placement *p = NULL;

    MPCF_TRY(find_or_fail(in, s, &p, err));
    *out = p->slot;
    return MPCF_OK;
}
