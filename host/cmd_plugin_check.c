/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin check: the conformance of every component of a plug-in, as TAP.
 */
#include <stdio.h>
#include <string.h>

#include "conformance/approx_check.h"
#include "conformance/conform.h"
#include "conformance/dataset_check.h"
#include "conformance/model_check.h"
#include "conformance/transport_check.h"
#include "host.h"

static void report_transport(void *context, const char *check, mpcf_status status,
                             const char *detail)
{
    if (status == MPCF_E_UNSUPPORTED) {
        conform_skip(context, check, detail);
        return;
    }
    (void) conform_result(context, status == MPCF_OK, check, "%s", detail);
}

static void check_transport(struct conform *c, const mpcf_transport *transport)
{
    struct option_memory *owned = NULL;
    void *config = NULL;

    if (conform_defaults(c, COMPONENT_TRANSPORT, transport, &config, &owned)) {
        mpcf_error *err = mpcf_error_create();

        (void) conform_transport(transport, plugins_facts_of(c->plugins, transport)->abi_minor,
                                 config, NULL, report_transport, c, err);
        mpcf_error_destroy(err);
    }
    conform_release(config, owned);
}

static void check_component(struct conform *c, enum component_kind kind, const void *descriptor)
{
    conform_note(c, "%s '%s'", component_kind_name(kind), component_name(kind, descriptor));
    switch (kind) {
    case COMPONENT_APPROX:
        approx_check(c, descriptor);
        return;
    case COMPONENT_TRANSPORT:
        check_transport(c, descriptor);
        return;
    case COMPONENT_MODEL:
        model_check(c, descriptor);
        return;
    case COMPONENT_DATASET:
        dataset_check(c, descriptor);
        return;
    case COMPONENT_KINDS:
        return;
    }
}

/* The components that came with the plug-in loaded last. */
static int check_plugin(struct conform *c, const char *plugin)
{
    for (size_t kind = 0; kind < COMPONENT_KINDS; kind++) {
        const enum component_kind k = (enum component_kind) kind;
        const void *d;

        for (size_t i = 0; (d = plugins_component(c->plugins, k, i)) != NULL; i++) {
            if (strcmp(plugins_owner(c->plugins, d), plugin) == 0) {
                check_component(c, k, d);
            }
        }
    }
    (void) fprintf(c->out, "1..%zu\n", c->done);
    return c->failed == 0 ? EXIT_DONE : EXIT_FAILED;
}

int cmd_plugin_check(const struct args *args)
{
    struct conform c = {.out = stdout, .err = mpcf_error_create()};
    int result;

    if (plugins_create(args_value(args, "--plugin-dir"), &c.plugins, c.err) == MPCF_OK &&
        plugins_load(c.plugins, args->operands[0], c.err) == MPCF_OK) {
        result = check_plugin(&c, plugins_facts(c.plugins, 0)->name);
    } else {
        result = host_failed(c.err);
    }
    plugins_destroy(c.plugins);
    mpcf_error_destroy(c.err);
    return result;
}
