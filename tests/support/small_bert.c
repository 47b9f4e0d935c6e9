/* SPDX-License-Identifier: Apache-2.0 */
#include "support/small_bert.h"

#include <string.h>

#include "pass/pass.h"
#include "support/support.h"

struct tiny_bert small_bert(const char *activation, const char *normaliser)
{
    return (struct tiny_bert){.layers = 2,
                              .hidden = 32,
                              .heads = 4,
                              .inner = 64,
                              .vocab = 60,
                              .positions = 32,
                              .classes = 3,
                              .activation = activation,
                              .normaliser = normaliser};
}

void refused_open(struct refused *r, const char *normaliser)
{
    r->t = small_bert("quad", normaliser);
    r->err = mpcf_error_create();
    tiny_bert_open(&r->t, 11);
    assert_ok(pass_all(r->t.graph, &r->g, r->err), r->err);
    r->ranges = tiny_bert_calibrate(&r->t, r->g, 2, 12, 2);
    lower_options_default(&r->options);
}

void refused_close(struct refused *r)
{
    ranges_destroy(r->ranges);
    graph_destroy(r->g);
    tiny_bert_close(&r->t);
    mpcf_error_destroy(r->err);
}

void check_refused(struct refused *r, mpcf_status want, size_t batch, bool exact,
                   const char *message)
{
    struct program *p = NULL;

    assert_status(want, lower_graph(r->g, r->ranges, &r->options, batch, 12, exact, &p, r->err),
                  r->err);
    assert_null(p);
    assert_message_contains(r->err, message);
}

void set_range(struct refused *r, const char *part, double low, double high)
{
    for (size_t i = 0; i < r->ranges->count; i++) {
        if (strstr(r->ranges->items[i].node, part) != NULL) {
            r->ranges->items[i].low = low;
            r->ranges->items[i].high = high;
        }
    }
}
