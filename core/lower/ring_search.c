/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The search: all truncations extend at first and all products lift (rings as narrow as the values), or none does.
 * Those of one position in all layers change to reduce, or to plain products, (or back) together where that
 * costs less, also two and three positions at once, then each site on its own, until nothing gets better.
 */
#include "lower/ring_search.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "lower/magnitude.h"
#include "lower/ring_trial.h"
#include "protocol/opening.h"
#include "protocol/step_table.h"
#include "schedule/finish.h"

struct site {
    uint32_t step;
    uint32_t ordinal;         /* among the sites of its node */
    uint64_t key;             /* of its group */
    enum step_kind other_end; /* what it is in the other of two climbs */
    bool is_cut;              /* the truncation of its row's numbers became a local one with them */
};

struct search {
    struct ring_trial trial;
    struct site *sites;
    size_t count;
    struct group *groups;
    size_t group_count;
    double cost;
};

/* Of the name without its first number, which is the layer's. FNV-1a. */
static uint64_t group_key(const char *name, uint32_t ordinal)
{
    uint64_t key = 1469598103934665603u ^ ordinal;
    bool skipped = false;

    for (const char *c = name; *c != '\0'; c++) {
        if (!skipped && isdigit((unsigned char) *c) && c > name && c[-1] == '.') {
            while (isdigit((unsigned char) c[1])) {
                c++;
            }
            skipped = true;
            continue;
        }
        key = (key ^ (uint64_t) (unsigned char) *c) * 1099511628211u;
    }
    return key;
}

static int by_key(const void *a, const void *b)
{
    const struct site *x = a, *y = b;

    if (x->key != y->key) {
        return x->key < y->key ? -1 : 1;
    }
    return x->step < y->step ? -1 : x->step > y->step ? 1 : 0;
}

/* To extend needs a range, and something left of the value behind the shift. */
static bool can_extend(const struct program *p, const struct step *s)
{
    struct value *x = &p->values[s->in[0]];

    if (x->kind != VALUE_SHARED || x->magnitude == 0) {
        return false;
    }
    if (x->magnitude < s->shift + 1) {
        x->magnitude = s->shift + 1; /* a wider bound holds as well */
    }
    return x->magnitude <= MAGNITUDE_MAX;
}

/* To lift needs the range of all that is opened. */
static bool can_lift(const struct program *p, const struct step *s)
{
    for (unsigned i = 0; i < opening_count(s); i++) {
        const struct value *x = &p->values[opening_id(s, i)];
        const bool may_be = x->kind == VALUE_SHARED || x->kind == VALUE_USER;
        if (!may_be || x->magnitude == 0 || x->magnitude > LIFT_MAGNITUDE_MAX) {
            return false;
        }
    }
    return true;
}

/* The other way to do what S does; its own kind where there is none. */
static enum step_kind other_kind(enum step_kind kind)
{
    static const enum step_kind pairs[][2] = {{STEP_TRUNCATE_REDUCE, STEP_TRUNCATE_EXTEND},
                                              {STEP_PRODUCT, STEP_LIFT_PRODUCT},
                                              {STEP_SQUARE, STEP_LIFT_SQUARE},
                                              {STEP_SELECT, STEP_LIFT_SELECT}};

    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        if (kind == pairs[i][0] || kind == pairs[i][1]) {
            return pairs[i][kind == pairs[i][0] ? 1 : 0];
        }
    }
    return kind;
}

static bool is_site(const struct program *p, const struct step *s)
{
    return s->kind == STEP_TRUNCATE_REDUCE ? can_extend(p, s)
                                           : other_kind(s->kind) != s->kind && can_lift(p, s);
}

/* How many sites of the node were found before, of truncations or of products. */
static uint32_t ordinal_of(const struct search *search, const struct step *s)
{
    enum { PRODUCTS = 1u << 16, NEAR = 64 };
    const struct program *p = search->trial.program;
    const char *name = p->values[s->out].node;
    const uint32_t first = s->kind == STEP_TRUNCATE_REDUCE ? 0 : PRODUCTS;

    for (size_t j = search->count; j-- > 0 && search->count - j < NEAR;) {
        const struct site *site = &search->sites[j];
        if (site->ordinal / PRODUCTS == first / PRODUCTS &&
            strcmp(p->values[p->steps[site->step].out].node, name) == 0) {
            return site->ordinal + 1;
        }
    }
    return first;
}

static void find_sites(struct search *search)
{
    const struct program *p = search->trial.program;

    for (size_t i = 0; i < p->step_count; i++) {
        struct step *s = &p->steps[i];
        if (is_site(p, s)) {
            const uint32_t ordinal = ordinal_of(search, s);
            const uint64_t key = group_key(p->values[s->out].node, ordinal);
            search->sites[search->count++] =
                (struct site){.step = s->index, .ordinal = ordinal, .key = key};
            step_become(s, other_kind(s->kind));
        }
    }
    qsort(search->sites, search->count, sizeof(*search->sites), by_key);
}

static void flip(struct search *search, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        struct step *s = &search->trial.program->steps[search->sites[i].step];
        step_become(s, other_kind(s->kind));
    }
}

static double evaluate(struct search *search)
{
    ring_trial_sweep(&search->trial);
    return ring_trial_price(&search->trial);
}

static bool try_flip(struct search *search, size_t first, size_t end)
{
    flip(search, first, end);
    const double cost = evaluate(search);
    if (cost < search->cost) {
        search->cost = cost;
        return true;
    }
    flip(search, first, end);
    return false;
}

/* --- Moves --- */

/* Sites FIRST .. END - 1 (sorted by key), in the order of their first step. */
struct group {
    size_t first, end;
    uint32_t step;
};

static int by_step(const void *a, const void *b)
{
    const struct group *x = a, *y = b;

    return x->step < y->step ? -1 : x->step > y->step ? 1 : 0;
}

static void find_groups(struct search *search)
{
    size_t first = 0;

    for (size_t i = 1; i <= search->count; i++) {
        if (i == search->count || search->sites[i].key != search->sites[first].key) {
            search->groups[search->group_count++] =
                (struct group){first, i, search->sites[first].step};
            first = i;
        }
    }
    qsort(search->groups, search->group_count, sizeof(*search->groups), by_step);
}

static bool try_groups(struct search *search)
{
    bool better = false;

    for (size_t i = 0; i < search->group_count; i++) {
        const struct group *g = &search->groups[i];
        better = try_flip(search, g->first, g->end) || better;
    }
    return better;
}

#define WINDOW 24 /* groups that follow each other and may flip together */

/* Two groups at once: what each alone would make worse, such as an extension that moves. */
static bool try_pairs(struct search *search)
{
    bool better = false;

    for (size_t i = 0; i < search->group_count; i++) {
        const struct group *g = &search->groups[i];
        for (size_t j = i + 1; j < search->group_count && j <= i + WINDOW; j++) {
            const struct group *h = &search->groups[j];
            flip(search, g->first, g->end);
            if (try_flip(search, h->first, h->end)) {
                better = true;
            } else {
                flip(search, g->first, g->end);
            }
        }
    }
    return better;
}

/* Three of the dearest: groups of many elements, near each other. */
static bool try_triples(struct search *search, const size_t *big, size_t count)
{
    bool better = false;

    for (size_t i = 0; i < count; i++) {
        for (size_t j = i + 1; j < count; j++) {
            for (size_t k = j + 1; k < count; k++) {
                const struct group *g = &search->groups[big[i]], *h = &search->groups[big[j]],
                                   *m = &search->groups[big[k]];
                flip(search, g->first, g->end);
                flip(search, h->first, h->end);
                if (try_flip(search, m->first, m->end)) {
                    better = true;
                } else {
                    flip(search, g->first, g->end);
                    flip(search, h->first, h->end);
                }
            }
        }
    }
    return better;
}

static bool try_single(struct search *search)
{
    bool better = false;

    for (size_t i = 0; i < search->count; i++) {
        better = try_flip(search, i, i + 1) || better;
    }
    return better;
}

#define BIG_MAX 20

/* Groups in which a site has at least a 64th of the elements of the largest. */
static size_t find_big(const struct search *search, size_t big[BIG_MAX])
{
    const struct program *p = search->trial.program;
    size_t largest = 0, count = 0;

    for (size_t i = 0; i < search->count; i++) {
        const size_t n = p->values[p->steps[search->sites[i].step].out].dims.count;
        largest = n > largest ? n : largest;
    }
    for (size_t i = 0; i < search->group_count && count < BIG_MAX; i++) {
        const struct step *s = &p->steps[search->groups[i].step];
        if (p->values[s->out].dims.count >= largest / 64) {
            big[count++] = i;
        }
    }
    return count;
}

static void climb_far(struct search *search)
{
    size_t big[BIG_MAX];
    const size_t count = find_big(search, big);

    for (int i = 0; i < 6; i++) {
        const bool triples = try_triples(search, big, count);
        if (!try_pairs(search) && !triples && !try_groups(search)) {
            break;
        }
    }
    for (int i = 0; i < 3 && try_single(search); i++) {
    }
}

/* Steps of a program of some 20 layers: the moves behind the first are then thousands of sweeps over all of it. */
#define FEW_STEPS 3000

static void climb(struct search *search, bool is_trial)
{
    search->cost = evaluate(search);
    for (int i = 0; i < 12 && try_groups(search); i++) {
    }
    (void) evaluate(search);
    if (!is_trial || search->trial.program->step_count <= FEW_STEPS ||
        search->trial.program->values[search->trial.widest].ring > 64) {
        climb_far(search);
        (void) evaluate(search);
    }
}

static void exchange_kinds(struct search *search)
{
    for (size_t i = 0; i < search->count; i++) {
        struct site *site = &search->sites[i];
        struct step *s = &search->trial.program->steps[site->step];
        const enum step_kind kind = s->kind;
        step_become(s, site->other_end);
        site->other_end = kind;
    }
}

/* From all products lifting, and from none: what is found first is far from the other where bytes of the dealer's
 * and of the parties' cost alike. A trial takes what is found first. */
static void climb_twice(struct search *search, bool is_trial)
{
    double first;

    find_groups(search);
    for (size_t i = 0; i < search->count; i++) {
        const enum step_kind kind = search->trial.program->steps[search->sites[i].step].kind;
        search->sites[i].other_end = kind == STEP_TRUNCATE_EXTEND ? kind : other_kind(kind);
    }
    climb(search, is_trial);
    if (is_trial) {
        return;
    }
    first = search->cost;
    exchange_kinds(search);
    climb(search, is_trial);
    if (search->cost >= first) {
        exchange_kinds(search);
        search->cost = evaluate(search);
    }
}

/* --- Numbers for whole rows --- */

#define ROW_LEAST 8 /* elements of the result for each */

static bool has_rows(const struct program *p, const struct step *s)
{
    return s->operations->widens == 1u << 1 &&
           p->values[s->in[1]].dims.count * ROW_LEAST <= p->values[s->out].dims.count;
}

/* Truncates the row's number of S from a value that may have 64 bits; NULL: nothing does. */
static struct step *row_truncation(const struct program *p, const struct step *s)
{
    for (size_t j = s->index; j-- > 0;) {
        struct step *made = &p->steps[j];
        if (made->out == s->in[1]) {
            return made->kind == STEP_TRUNCATE_REDUCE || made->kind == STEP_TRUNCATE_EXTEND ? made
                                                                                            : NULL;
        }
    }
    return NULL;
}

/* Of sites FIRST .. END - 1 that lift: to be opened in WIDTH bits; 0: in as many as a local truncation leaves. */
static size_t widen(struct search *search, size_t first, size_t end, uint32_t width)
{
    const struct program *p = search->trial.program;
    size_t count = 0;

    for (size_t i = first; i < end; i++) {
        struct step *s = &p->steps[search->sites[i].step];
        if (!has_rows(p, s)) {
            continue;
        }
        struct step *made = width == 0 ? row_truncation(p, s) : NULL;
        search->sites[i].is_cut = made != NULL && made->kind == STEP_TRUNCATE_EXTEND;
        if (search->sites[i].is_cut) {
            step_become(made, STEP_TRUNCATE_REDUCE);
        }
        s->wide = width > 0 ? width : made != NULL && made->shift > 0 ? 64 - made->shift : 0;
        count += s->wide > 0 ? 1 : 0;
    }
    return count;
}

static void narrow(struct search *search, size_t first, size_t end)
{
    const struct program *p = search->trial.program;

    for (size_t i = first; i < end; i++) {
        struct step *s = &p->steps[search->sites[i].step];
        if (has_rows(p, s)) {
            s->wide = 0;
            if (search->sites[i].is_cut) {
                step_become(row_truncation(p, s), STEP_TRUNCATE_EXTEND);
            }
        }
    }
}

static bool try_width(struct search *search, size_t first, size_t end, uint32_t width)
{
    const double cost = widen(search, first, end, width) > 0 ? evaluate(search) : search->cost;

    if (cost < search->cost) {
        search->cost = cost;
        return true;
    }
    narrow(search, first, end);
    return false;
}

static bool try_widths(struct search *search, size_t first, size_t end)
{
    return try_width(search, first, end, LIFT_MAGNITUDE_MAX + 1) ||
           try_width(search, first, end, 0);
}

/* What a row is multiplied by may be opened in as many bits as the result: a few more of it spare the dealer two numbers
 * for each element. Behind the climbs, since it asks for rings that are in the way of other truncations: in all bits, or in
 * what a local truncation of 64 leaves. */
static void widen_rows(struct search *search)
{
    for (size_t i = 0; i < search->group_count; i++) {
        const struct group *g = &search->groups[i];
        if (!try_widths(search, g->first, g->end)) {
            for (size_t j = g->first; j < g->end; j++) {
                (void) try_widths(search, j, j + 1);
            }
        }
    }
    for (int i = 0; i < 3 && try_groups(search); i++) {
    }
    (void) evaluate(search);
}

static void settle(struct search *search)
{
    struct program *p = search->trial.program;

    for (size_t i = 0; i < p->value_count; i++) {
        struct value *v = &p->values[i];
        v->may_wrap = v->magnitude == 0 && v->kind == VALUE_SHARED;
        if (v->magnitude == 0 || v->kind == VALUE_PROVIDER) {
            v->magnitude = v->ring;
        }
        v->magnitude = v->magnitude > v->ring ? v->ring : v->magnitude;
    }
}

static mpcf_status search_rings(struct search *search, bool is_trial, mpcf_error *err)
{
    struct program *p = search->trial.program;

    find_sites(search);
    climb_twice(search, is_trial);
    widen_rows(search);
    const struct value *widest = &p->values[search->trial.widest];
    if (widest->ring > 64) {
        return mpcf_fail(err, MPCF_E_RANGE,
                         "'%s' needs a ring of %u bits; 64 is the most. Fewer fractional bits or "
                         "a narrower range would help",
                         widest->node, widest->ring);
    }
    settle(search);
    return program_finish(p, err);
}

mpcf_status ring_search(struct program *p, const struct lower_network *network, bool is_trial,
                        mpcf_error *err)
{
    struct search search = {.sites = mpcf_alloc_array(p->step_count + 1, sizeof(struct site)),
                            .groups = mpcf_alloc_array(p->step_count + 1, sizeof(struct group))};
    mpcf_status status = ring_trial_create(p, network, &search.trial, err);

    if (status == MPCF_OK && (search.sites == NULL || search.groups == NULL)) {
        status =
            mpcf_fail_memory(err, p->step_count * sizeof *search.sites, "the search for rings");
    }
    if (status == MPCF_OK) {
        status = search_rings(&search, is_trial, err);
    }
    ring_trial_clear(&search.trial);
    mpcf_free(search.sites);
    mpcf_free(search.groups);
    return status;
}
