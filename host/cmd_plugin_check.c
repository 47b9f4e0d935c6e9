/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin check: the conformance of every component of a plug-in, as TAP.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/apart.h"
#include "conformance/approx_check.h"
#include "conformance/conform.h"
#include "conformance/dataset_check.h"
#include "conformance/model_check.h"
#include "conformance/transport_check.h"
#include "host.h"
#include "program_end.h"
#include "standard_output.h"

static void report_transport(void *context, const char *check, mpcf_status status,
                             const char *detail)
{
    if (status == MPCF_E_UNSUPPORTED) {
        conform_skip(context, check, detail);
        return;
    }
    (void) conform_result(context, status == MPCF_OK, check, "%s", detail);
}

static bool start_transport(void *context, const char *check)
{
    return conform_begin_alone(context, check);
}

static void check_transport(struct conform *c, const void *descriptor)
{
    const mpcf_transport *transport = descriptor;
    struct option_memory *owned = NULL;
    void *config = NULL;

    if (conform_defaults(c, COMPONENT_TRANSPORT, transport, &config, &owned)) {
        mpcf_error *err = mpcf_error_create();

        (void) conform_transport(transport, plugins_facts_of(c->plugins, transport)->abi_minor,
                                 config, NULL, start_transport, report_transport, c, err);
        mpcf_error_destroy(err);
    }
    conform_release(config, owned);
}

static void check_approx(struct conform *c, const void *descriptor)
{
    approx_check(c, descriptor);
}

static void check_model(struct conform *c, const void *descriptor)
{
    model_check(c, descriptor);
}

static void check_dataset(struct conform *c, const void *descriptor)
{
    dataset_check(c, descriptor);
}

static conform_body *const bodies[COMPONENT_KINDS] = {
    [COMPONENT_APPROX] = check_approx,
    [COMPONENT_TRANSPORT] = check_transport,
    [COMPONENT_MODEL] = check_model,
    [COMPONENT_DATASET] = check_dataset,
};

/* What is asked for of the plug-in loaded last: all of it, or a component by which it was named. */
struct chosen {
    const char *plugin, *component; /* NULL: all */
};

static bool is_chosen(const struct conform *c, const struct chosen *chosen,
                      enum component_kind kind, const void *descriptor)
{
    return strcmp(plugins_owner(c->plugins, descriptor), chosen->plugin) == 0 &&
           (chosen->component == NULL ||
            strcmp(component_name(kind, descriptor), chosen->component) == 0);
}

/* Checks them where CHECK; how many they are. */
static size_t each_chosen(struct conform *c, const struct chosen *chosen, bool check)
{
    size_t count = 0;

    for (size_t kind = 0; kind < COMPONENT_KINDS; kind++) {
        const enum component_kind k = (enum component_kind) kind;
        const void *d;

        for (size_t i = 0; (d = plugins_component(c->plugins, k, i)) != NULL; i++) {
            if (!is_chosen(c, chosen, k, d)) {
                continue;
            }
            count++;
            if (check && !c->is_stopped) {
                conform_note(c, "%s '%s'", component_kind_name(k), component_name(k, d));
                conform_run_apart(c, bodies[k], d);
            }
        }
    }
    return count;
}

static int check_plugin(struct conform *c, const struct chosen *chosen)
{
    if (c->options != NULL && each_chosen(c, chosen, false) != 1) {
        return host_usage("plugin check", "--options are those of one component: name it");
    }
    (void) each_chosen(c, chosen, true);
    if (c->is_stopped) {
        (void) mpcf_fail(c->err, MPCF_E_INTERRUPTED,
                         "stopped by a signal, before all tests had run");
        return host_failed(c->err);
    }
    (void) fprintf(c->out, "1..%zu\n", c->done);
    return c->failed == 0 ? EXIT_DONE : EXIT_FAILED;
}

enum { LIMIT_S = 120, LIMIT_MAX_S = 1000000 };

/* Of --seconds; a wrong one is told. */
static bool take_limit(const struct args *args, unsigned *seconds)
{
    const char *text = args_value(args, "--seconds");
    char *end = NULL;
    long value = LIMIT_S;

    if (text != NULL) {
        errno = 0;
        value = strtol(text, &end, 10);
        if (end == text || *end != '\0' || errno != 0 || value < 0 || value > LIMIT_MAX_S) {
            (void) host_usage("plugin check", "--seconds: '%s' is none of 0 (no limit) to %d", text,
                              (int) LIMIT_MAX_S);
            return false;
        }
    }
    *seconds = (unsigned) value;
    return true;
}

/* In this process: what start() registers is what the tests are of. */
static mpcf_status load(struct conform *c, const struct args *args, unsigned seconds)
{
    mpcf_status status;

    program_end_limit(seconds, "a start() of the plug-in did not end within its limit (--seconds)");
    status = plugins_create(args_value(args, "--plugin-dir"), &c->plugins, c->err);
    if (status == MPCF_OK) {
        status = plugins_load(c->plugins, args->operands[0], c->err);
    }
    program_end_limit(0, NULL);
    return status;
}

int cmd_plugin_check(const struct args *args)
{
    unsigned seconds;
    const char *name = args->operands[0];
    struct conform c = {.out = standard_output(),
                        .err = mpcf_error_create(),
                        .options = args_value(args, "--options")};
    int result = EXIT_USAGE;

    if (!take_limit(args, &seconds)) {
        mpcf_error_destroy(c.err);
        return result;
    }
    c.limit_ns = (int64_t) seconds * 1000000000;
    if (load(&c, args, seconds) == MPCF_OK) {
        struct chosen chosen = {.plugin = plugins_facts(c.plugins, 0)->name};

        if (!plugin_is_path(name) && strcmp(name, chosen.plugin) != 0) {
            chosen.component = name;
        }
        result = check_plugin(&c, &chosen);
    } else {
        result = host_failed(c.err);
    }
    plugins_destroy(c.plugins);
    mpcf_error_destroy(c.err);
    return result;
}
