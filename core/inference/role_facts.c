/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What provider, user and dealer must agree on before the first inference.
 */
#include "inference/role_facts.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "inference/public_files.h"
#include "lower/named_network.h"
#include "pipeline/padded_length.h"
#include "pipeline/print_settings.h"

/* What a fact cannot hold is told by its beginning and the digest of all. */
static mpcf_status add_long(struct handshake *handshake, const char *name, const char *text,
                            mpcf_error *err)
{
    enum { BEGINNING = 80 };
    char digest[FILE_DIGEST_SIZE], start[BEGINNING + 1] = "";
    struct digest *all = digest_begin();

    if (all == NULL) {
        return mpcf_fail_memory(err, FILE_DIGEST_SIZE, "a digest");
    }
    digest_add(all, text, strlen(text));
    digest_end(all, digest);
    for (size_t i = 0; i < BEGINNING && text[i] != '\0'; i++) {
        start[i] = text[i];
        if (text[i] < ' ' || text[i] > '~') {
            start[i] = '?';
        }
    }
    return handshake_add(handshake, err, name, "%s... (sha256 %.24s)", start, digest);
}

static mpcf_status add_text(struct handshake *handshake, const char *name, struct text_buffer *text,
                            mpcf_error *err)
{
    const char *value = text_string(text);
    bool fits = strlen(value) < HANDSHAKE_VALUE;
    mpcf_status status = MPCF_OK;

    for (const char *c = value; *c != '\0'; c++) {
        fits = fits && *c >= ' ' && *c <= '~';
    }
    if (text->failed) {
        status = mpcf_fail_memory(err, HANDSHAKE_VALUE, "a fact");
    } else {
        status = fits ? handshake_add(handshake, err, name, "%s", value)
                      : add_long(handshake, name, value, err);
    }
    text_clear(text);
    return status;
}

/* What stands in the slots, with its options. */
static mpcf_status add_approximations(const struct pipeline *p, struct handshake *handshake,
                                      mpcf_error *err)
{
    struct text_buffer lines = {0}, text = {0};

    pipeline_print_approximations(p, &lines);
    for (const char *at = text_string(&lines), *end = strchr(at, '\n'); end != NULL;
         at = end + 1, end = strchr(at, '\n')) {
        text_append(&text, text.length > 0 ? "; " : "");
        text_append_bytes(&text, at, (size_t) (end - at));
    }
    text.failed = text.failed || lines.failed;
    text_clear(&lines);
    return add_text(handshake, "approximations", &text, err);
}

/* How long a text may be, and what its length is padded to: what an announced shape is held
 * against. */
static mpcf_status add_lengths(const struct pipeline *p, struct handshake *handshake,
                               mpcf_error *err)
{
    size_t lengths[PADDED_LENGTHS_MAX];
    const size_t count = pipeline_padded_lengths(p, lengths, PADDED_LENGTHS_MAX);
    struct text_buffer text = {0};

    MPCF_TRY(handshake_add(handshake, err, "length", "%s, batch %lld",
                           infer_length_names[p->infer.length], (long long) p->infer.batch));
    MPCF_TRY(handshake_add(handshake, err, "max_length", "%lld", (long long) p->max_length));
    for (size_t i = 0; i < count; i++) {
        text_printf(&text, "%s%zu", i > 0 ? " " : "", lengths[i]);
    }
    if (count == 0) {
        text_append(&text, "none");
    }
    return add_text(handshake, "padded lengths", &text, err);
}

/* The link that programs are planned for. */
static mpcf_status add_network(const struct pipeline *p, struct handshake *handshake,
                               mpcf_error *err)
{
    struct text_buffer text = {0};

    named_network_print(&p->infer.network, &text);
    return add_text(handshake, "stages.infer.network", &text, err);
}

/* Versions of all that shapes the graph or carries it; datasets are the user's alone. */
static mpcf_status add_plugins(const struct pipeline *p, struct handshake *handshake,
                               mpcf_error *err)
{
    static const enum component_kind kinds[] = {COMPONENT_APPROX, COMPONENT_MODEL,
                                                COMPONENT_TRANSPORT};

    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        const void *component = NULL;

        for (size_t i = 0; (component = plugins_component(p->plugins, kinds[k], i)) != NULL; i++) {
            const struct plugin_facts *facts = plugins_facts_of(p->plugins, component);
            char name[HANDSHAKE_NAME];

            if (facts != NULL) {
                (void) snprintf(name, sizeof name, "%s %s", component_kind_name(kinds[k]),
                                component_name(kinds[k], component));
                MPCF_TRY(handshake_add(handshake, err, name, "%s %s", facts->name, facts->version));
            }
        }
    }
    return MPCF_OK;
}

/* Classes are no fact of their own: the graph has their number, and config.json, which is compared, their
 * names. What a reader calls its task is of who has a dataset alone. */
mpcf_status role_facts_add(const struct secure_student *student, struct handshake *handshake,
                           mpcf_error *err)
{
    const struct pipeline *p = student->pipeline;
    const struct infer_settings *i = &p->infer;

    MPCF_TRY(handshake_add(handshake, err, "graph", "%s", student->graph_digest));
    MPCF_TRY(handshake_add(handshake, err, "fractional bits", "values %u, weights %u, logits %u",
                           student->options.value_fraction, student->options.weight_fraction,
                           student->options.reveal_fraction));
    MPCF_TRY(handshake_add(handshake, err, "embedding", "%s%s%s",
                           infer_embedding_names[i->embedding],
                           i->embedding == EMBEDDING_PUBLIC ? ", embedding.safetensors " : "",
                           student->tables_digest));
    MPCF_TRY(handshake_add(handshake, err, "weights", "%s", infer_weights_names[i->weights]));
    MPCF_TRY(
        handshake_add(handshake, err, "weight_masks", "%s", infer_masks_names[i->weight_masks]));
    MPCF_TRY(
        handshake_add(handshake, err, "reveal", "%s%s%s", infer_reveal_names[i->reveal],
                      i->check_ranges == CHECKS_OFF ? "" : ", check_ranges ",
                      i->check_ranges == CHECKS_OFF ? "" : infer_check_names[i->check_ranges]));
    MPCF_TRY(
        handshake_add(handshake, err, "preprocess", "%s", infer_preprocess_names[i->preprocess]));
    MPCF_TRY(handshake_add(handshake, err, "session", "%lld inferences at most",
                           (long long) i->session_inferences));
    MPCF_TRY(add_network(p, handshake, err));
    MPCF_TRY(add_lengths(p, handshake, err));
    MPCF_TRY(add_approximations(p, handshake, err));
    MPCF_TRY(public_files_add(p, handshake, err));
    return add_plugins(p, handshake, err);
}
