/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which steps share a set of masked weights, where its mask B comes from, and what each role keeps
 * of it: the provider sends D = W - B, the user takes D, the dealer B.
 */
#include "protocol/masked_weights.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "protocol/blocks.h"
#include "protocol/linear_operand.h"
#include "protocol/step_operations.h"
#include "protocol/weights.h"
#include "ring/ring.h"
#include "ring/ring_product.h"
#include "ring/ring_rows.h"

bool masked_weights_are_used(const struct step *s)
{
    return s->operations->weight != WEIGHT_NONE;
}

static const char *node_of(const struct program *p, const struct step *s)
{
    const struct step *source = &p->steps[step_in(p, s, 1)->producer];

    return source->node != NULL ? source->node->name : step_in(p, s, 1)->node;
}

bool masked_weights_fits(const struct masked_weights *k, const struct program *p,
                         const struct step *s)
{
    const struct value *w = step_in(p, s, 1);

    return masked_weights_are_used(s) && k->kind == s->kind && k->ring == step_out(p, s)->ring &&
           k->fraction == w->fraction && k->transposed == s->transposed &&
           memcmp(&k->dims, &w->dims, sizeof k->dims) == 0 && strcmp(k->node, node_of(p, s)) == 0;
}

bool masked_weights_is_same(const struct program *p, const struct step *s, const struct program *q,
                            const struct step *t)
{
    struct masked_weights k = {.kind = t->kind, .node = node_of(q, t), .transposed = t->transposed};

    k.ring = step_out(q, t)->ring;
    k.fraction = step_in(q, t, 1)->fraction;
    k.dims = step_in(q, t, 1)->dims;
    return masked_weights_fits(&k, p, s);
}

static bool set_id(struct masked_weights *k)
{
    struct text_buffer text = {0};
    struct digest *digest = digest_begin();

    text_printf(&text, "%d %d %u %u %zu %zu %zu %zu %s", (int) k->kind, k->transposed, k->ring,
                k->fraction, k->dims.dim[0], k->dims.dim[1], k->dims.dim[2], k->dims.dim[3],
                k->node);
    if (digest != NULL && !text.failed) {
        digest_add(digest, text.data, text.length);
    }
    if (digest != NULL) {
        digest_end(digest, k->id);
    }
    bool is_set = digest != NULL && !text.failed;
    text_clear(&text);
    return is_set;
}

/* B's key: words of the weight key's stream at a place that the id gives (120 bits of it). */
static void masked_weights_key(const struct masked_weights *k, const struct prg_key *weight_key,
                               struct prg_key *out)
{
    uint64_t place[2] = {0}, words[2];
    uint8_t seed[PRG_KEY_BYTES];

    for (unsigned i = 0; i < 32; i++) {
        uint64_t digit = (uint64_t) (k->id[i] <= '9' ? k->id[i] - '0' : k->id[i] - 'a' + 10);
        place[i / 16] |= digit << (4 * (i % 16));
    }
    struct prg_stream stream = {.inference = (uint32_t) place[0],
                                .step = (uint32_t) (place[0] >> 32) & 0xFFFFFF,
                                .item = (uint8_t) (place[0] >> 56)};
    prg_fill(weight_key, stream, place[1] & ~UINT64_C(1) & (UINT64_MAX >> 1), words, 2);
    memcpy(seed, words, sizeof seed);
    prg_key_expand(out, seed);
    mpcf_wipe(seed, sizeof seed);
    mpcf_wipe(words, sizeof words);
}

struct masked_weights *masked_weights_create(const struct program *p, const struct step *s)
{
    struct masked_weights *k = mpcf_alloc_array(1, sizeof *k);

    if (k == NULL) {
        return NULL;
    }
    *k = (struct masked_weights){.kind = s->kind, .transposed = s->transposed};
    k->form = s->operations->weight;
    k->node = mpcf_strdup(node_of(p, s));
    k->ring = step_out(p, s)->ring;
    k->fraction = step_in(p, s, 1)->fraction;
    k->dims = step_in(p, s, 1)->dims;
    if (k->node == NULL || !set_id(k)) {
        masked_weights_destroy(k);
        return NULL;
    }
    return k;
}

void masked_weights_destroy(struct masked_weights *k)
{
    if (k == NULL) {
        return;
    }
    char *node = NULL;
    memcpy(&node, &k->node, sizeof node);
    mpcf_free(node);
    ring_packed_destroy(k->matrix);
    ring_right_destroy(k->right);
    ring_rows_destroy(k->rows);
    mpcf_secret_free(k->vector);
    mpcf_free(k);
}

static mpcf_status keep_on_device(struct masked_weights *k, const uint64_t *x, mpcf_error *err)
{
    const size_t inner = k->dims.dim[MPCF_RANK_MAX - 1], outer = k->dims.count / inner;

    return ring_right_create(k->products, x, k->transposed ? outer : inner,
                             k->transposed ? inner : outer, !k->transposed, k->ring, &k->right,
                             err);
}

/* Keeps X, the whole of W, D or B, in the form its step needs. */
static mpcf_status keep(struct masked_weights *k, const uint64_t *x, mpcf_error *err)
{
    const size_t columns = k->dims.dim[MPCF_RANK_MAX - 1];

    if (k->form == WEIGHT_MATRIX && k->products != NULL) {
        return keep_on_device(k, x, err);
    }
    if (k->form == WEIGHT_MATRIX) {
        k->matrix = linear_operand(x, &k->dims, k->transposed, k->ring);
    } else if (k->form == WEIGHT_ROWS) {
        k->rows = ring_rows_create(x, k->dims.count / columns, columns, k->ring);
    } else {
        k->vector = mpcf_secret_alloc(k->dims.count, sizeof *k->vector);
        if (k->vector != NULL) {
            memcpy(k->vector, x, k->dims.count * sizeof *x);
        }
    }
    return k->matrix != NULL || k->rows != NULL || k->vector != NULL
               ? MPCF_OK
               : mpcf_fail_memory(err, 8 * k->dims.count, "masked weights");
}

struct mask_weights {
    const struct prg_key *key;
    const struct weights *weights;
    uint32_t step;
    uint64_t *out;
    struct packed_array array;
};

static void mask_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct mask_weights *m = context;

    prg_fill(m->key, (struct prg_stream){0}, first, t[0], n);
    weights_read(m->weights, m->step, first, t[1], n);
    ring_sub(t[1], t[1], t[0], n);
    packed_write(m->array, first, t[1], n);
}

static void random_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct mask_weights *m = context;

    (void) t;
    prg_fill(m->key, (struct prg_stream){0}, first, m->out + first, n);
}

static void read_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct mask_weights *m = context;

    (void) t;
    packed_read(m->array, first, m->out + first, n);
}

/* The provider's own W, which the store has arranged for the CPU alone. */
static mpcf_status keep_weights(struct masked_weights *k, const struct weights *weights,
                                uint32_t step, struct share_pool *pool, mpcf_error *err)
{
    if (k->products == NULL || k->form != WEIGHT_MATRIX) {
        return MPCF_OK;
    }
    uint64_t *x = share_pool_take(pool, k->dims.count);
    if (x == NULL) {
        return mpcf_fail_memory(err, 8 * k->dims.count, "weights");
    }
    weights_read(weights, step, 0, x, k->dims.count);
    mpcf_status status = keep(k, x, err);
    share_pool_give(pool, x);
    return status;
}

static mpcf_status fill(struct masked_weights *k, const struct program *p, const struct step *s,
                        const struct weights *weights, const struct prg_key *key,
                        struct share_pool *pool, struct message *d, mpcf_error *err)
{
    struct mask_weights m = {.key = key};

    if (weights != NULL) {
        m.weights = weights;
        m.step = step_in(p, s, 1)->producer;
        m.array = message_array(d, k->dims.count, k->ring);
        blocks_for(k->dims.count, mask_block, &m);
        return keep_weights(k, weights, m.step, pool, err);
    }
    m.out = share_pool_take(pool, k->dims.count);
    if (m.out == NULL) {
        return mpcf_fail_memory(err, 8 * k->dims.count, "masks of weights");
    }
    blocks_for(k->dims.count, random_block, &m);
    mpcf_status status = keep(k, m.out, err);
    share_pool_give(pool, m.out);
    return status;
}

mpcf_status masked_weights_fill(struct masked_weights *k, const struct program *p,
                                const struct step *s, const struct weights *weights,
                                const struct prg_key *weight_key, struct share_pool *pool,
                                struct message *d, mpcf_error *err)
{
    struct prg_key key;

    masked_weights_key(k, weight_key, &key);
    mpcf_status status = fill(k, p, s, weights, &key, pool, d, err);
    mpcf_wipe(&key, sizeof key);
    return status;
}

mpcf_status masked_weights_receive(struct masked_weights *k, struct share_pool *pool,
                                   struct message *d, mpcf_error *err)
{
    struct mask_weights m = {.array = message_array(d, k->dims.count, k->ring)};

    m.out = share_pool_take(pool, k->dims.count);
    if (m.out == NULL) {
        return mpcf_fail_memory(err, 8 * k->dims.count, "masked weights");
    }
    blocks_for(k->dims.count, read_block, &m);
    mpcf_status status = keep(k, m.out, err);
    share_pool_give(pool, m.out);
    return status;
}
