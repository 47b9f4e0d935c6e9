/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A user's announcements, one behind the other: what is taken is within bounds and can be sent
 * again, and what is heeded stays within what was agreed.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "inference/agreement.h"
#include "inference/announcement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_so)
{
    if (!is_so) {
        abort();
    }
}

static void check_again(const struct announcement *a)
{
    uint8_t again[ANNOUNCEMENT_BYTES];
    struct announcement other;

    announcement_encode(a, again);
    must(announcement_decode(again, &other, NULL) == MPCF_OK && other.kind == a->kind &&
         other.shape.tokens == a->shape.tokens && other.count == a->count &&
         other.number == a->number && strcmp(other.digest, a->digest) == 0 &&
         memcmp(other.session, a->session, sizeof a->session) == 0 &&
         other.has_kept == a->has_kept &&
         announcement_questions(&other) == announcement_questions(a) &&
         announcement_is_beyond(&other, &other.limit) == announcement_is_beyond(a, &a->limit));
}

static void check_agreed(const struct pipeline *p, const struct agreement *before,
                         const struct agreement *a, const struct announcement *heard)
{
    const size_t limit = (size_t) p->infer.session_inferences;

    must(a->planned <= limit && a->dealt <= a->planned && a->next <= limit);
    must(!a->is_new || a->next <= a->planned);
    if (heard->kind == ANNOUNCE_INFERENCE || heard->kind == ANNOUNCE_DEAL) {
        must(heard->shape.batch == (size_t) p->infer.batch && !heard->shape.exact);
        must(heard->shape.tokens == 17 || heard->shape.tokens == 40);
    }
    must(heard->kind != ANNOUNCE_INFERENCE || a->next > before->next);
    must(a->rejoined <= 1000 && (heard->kind == ANNOUNCE_SESSION || heard->kind == ANNOUNCE_END ||
                                 heard->kind == ANNOUNCE_REJOIN || !before->has_to_begin));
    must(heard->kind != ANNOUNCE_SESSION || !before->is_new || before->next == before->planned);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const double buckets[] = {17};
    struct pipeline p = {.max_length = 40};
    struct agreement agreed = {.is_new = false};

    p.infer.length = LENGTH_BUCKET;
    p.infer.preprocess = PREPROCESS_STORE;
    p.infer.batch = 1;
    p.infer.store_runs = 3;
    p.infer.weight_masks = MASKS_KEPT;
    p.infer.session_inferences = 9;
    p.infer.buckets.items = buckets;
    p.infer.buckets.count = 1;
    for (size_t at = 0; at < size || at == 0; at += ANNOUNCEMENT_BYTES) {
        uint8_t wire[ANNOUNCEMENT_BYTES] = {0};
        const size_t left = size - at;
        const struct agreement before = agreed;
        struct announcement a;

        memcpy(wire, data + at, left < sizeof wire ? left : sizeof wire);
        if (announcement_decode(wire, &a, NULL) != MPCF_OK) {
            return 0;
        }
        check_again(&a);
        if (agreement_take(&agreed, &p, ROLE_PROVIDER, &a, NULL) != MPCF_OK) {
            return 0; /* the role ends */
        }
        check_agreed(&p, &before, &agreed, &a);
    }
    return 0;
}
