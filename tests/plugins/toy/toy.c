/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One component of every kind that accepts everything, for tests of the pipeline file.
 */
#include <mpcf/mpcf.h>

struct act_config {
    double c;
};

static const mpcf_option act_options[] = {
    {.key = "c",
     .type = MPCF_OPT_REAL,
     .default_text = "5",
     .offset = offsetof(struct act_config, c),
     .help = "added",
     .min = -10,
     .max = 10},
    {.key = NULL},
};

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    const struct act_config *c = config;

    (void) keep;
    return mpcf_offset(g, x, c->c);
}

#define TOY_APPROX(name_, slot_)                                                                   \
    {                                                                                              \
        .struct_size = sizeof(mpcf_approx), .name = name_, .summary = "adds", .slot = slot_,       \
        .options = act_options, .option_size = sizeof(mpcf_option),                                \
        .config_size = sizeof(struct act_config), .input_low = -1, .input_high = 1,                \
        .build = build,                                                                            \
    }

static const mpcf_approx approxes[] = {
    TOY_APPROX("toy_act", MPCF_SLOT_ACTIVATION),
    TOY_APPROX("toy_norm", MPCF_SLOT_NORMALISER),
    TOY_APPROX("toy_ln", MPCF_SLOT_LAYER_NORM),
};

/* --- A model that has no network --- */

static const char *const architectures[] = {"ToyModel", NULL};

static mpcf_status configure(const void *config, const mpcf_json *config_json, int64_t classes,
                             void **model, mpcf_error *err)
{
    (void) config;
    (void) config_json;
    (void) classes;
    (void) model;
    return mpcf_fail(err, MPCF_E_UNSUPPORTED, "a toy");
}

static void release(void *model)
{
    (void) model;
}

static mpcf_status tokenizer(void *model, mpcf_tokenizer_spec *spec, mpcf_error *err)
{
    (void) model;
    (void) spec;
    return mpcf_fail(err, MPCF_E_UNSUPPORTED, "a toy");
}

static mpcf_status facts(void *model, mpcf_model_facts *out, mpcf_error *err)
{
    (void) model;
    (void) out;
    return mpcf_fail(err, MPCF_E_UNSUPPORTED, "a toy");
}

static mpcf_status build_model(void *model, mpcf_graph *graph, mpcf_error *err)
{
    (void) model;
    (void) graph;
    return mpcf_fail(err, MPCF_E_UNSUPPORTED, "a toy");
}

static const mpcf_model model = {
    .struct_size = sizeof(mpcf_model),
    .name = "toy",
    .summary = "no network",
    .architectures = architectures,
    .configure = configure,
    .release = release,
    .tokenizer = tokenizer,
    .facts = facts,
    .build = build_model,
};

/* --- A dataset without rows --- */

struct dataset_config {
    int32_t task;
};
/* Those that the paper has figures for, and one that it has none for. */
static const char *const tasks[] = {"SST-2", "RTE",   "MNLI", "QQP",  "QNLI", "MRPC",
                                    "IMDB",  "STS-B", "CoLA", "WNLI", NULL};
static const mpcf_option dataset_options[] = {
    {.key = "task",
     .type = MPCF_OPT_CHOICE,
     .offset = offsetof(struct dataset_config, task),
     .help = "which task",
     .choices = tasks},
    {.key = NULL},
};

static mpcf_status describe(const void *config, mpcf_task *task, mpcf_error *err)
{
    static const char *const splits[] = {"train", "dev", NULL};
    const struct dataset_config *c = config;

    (void) err;
    task->name = tasks[c->task];
    task->classes = 2;
    task->metrics[0] = "accuracy";
    task->train_split = "train";
    task->judge_split = "dev";
    task->splits = splits;
    return MPCF_OK;
}

static mpcf_status open_split(const void *config, const char *path, const char *split,
                              void **reader, mpcf_error *err)
{
    (void) config;
    (void) path;
    (void) split;
    (void) reader;
    return mpcf_fail(err, MPCF_E_UNSUPPORTED, "a toy");
}

static mpcf_status next(void *reader, mpcf_example *example, int32_t *more, mpcf_error *err)
{
    (void) reader;
    (void) example;
    *more = 0;
    (void) err;
    return MPCF_OK;
}

static mpcf_status rewind_reader(void *reader, mpcf_error *err)
{
    (void) reader;
    (void) err;
    return MPCF_OK;
}

static const mpcf_dataset dataset = {
    .struct_size = sizeof(mpcf_dataset),
    .name = "toy",
    .summary = "no rows",
    .options = dataset_options,
    .option_size = sizeof(mpcf_option),
    .config_size = sizeof(struct dataset_config),
    .describe = describe,
    .open = open_split,
    .next = next,
    .rewind = rewind_reader,
    .close = release,
};

/* --- Transports that connect nobody --- */

struct transport_config {
    int64_t retry;
    const char *key_file;
};
static const mpcf_option transport_options[] = {
    {.key = "retry",
     .type = MPCF_OPT_DURATION,
     .default_text = "1s",
     .offset = offsetof(struct transport_config, retry),
     .help = "between attempts"},
    {.key = "key_file",
     .type = MPCF_OPT_PATH,
     .default_text = "",
     .offset = offsetof(struct transport_config, key_file),
     .help = "own key"},
    {.key = NULL},
};

static mpcf_status listen_toy(const void *config, const char *address, void **listener,
                              mpcf_error *err)
{
    (void) config;
    (void) address;
    (void) listener;
    return mpcf_fail(err, MPCF_E_UNSUPPORTED, "a toy");
}

static mpcf_status text_toy(void *object, char *text, size_t size, mpcf_error *err)
{
    (void) object;
    (void) text;
    (void) size;
    return mpcf_fail(err, MPCF_E_UNSUPPORTED, "a toy");
}

static mpcf_status accept_toy(void *listener, int64_t deadline, void **conn, mpcf_error *err)
{
    (void) listener;
    (void) deadline;
    (void) conn;
    return mpcf_fail(err, MPCF_E_UNSUPPORTED, "a toy");
}

static mpcf_status connect_toy(const void *config, const char *address, int64_t deadline,
                               void **conn, mpcf_error *err)
{
    (void) config;
    (void) address;
    (void) deadline;
    (void) conn;
    return mpcf_fail(err, MPCF_E_UNSUPPORTED, "a toy");
}

static mpcf_status send_toy(void *conn, const void *buffer, size_t length, int64_t deadline,
                            mpcf_error *err)
{
    (void) conn;
    (void) buffer;
    (void) length;
    (void) deadline;
    return mpcf_fail(err, MPCF_E_UNSUPPORTED, "a toy");
}

static mpcf_status recv_toy(void *conn, void *buffer, size_t length, int64_t deadline,
                            mpcf_error *err)
{
    (void) conn;
    (void) buffer;
    (void) length;
    (void) deadline;
    return mpcf_fail(err, MPCF_E_UNSUPPORTED, "a toy");
}

static mpcf_status role_toy(void *conn, int32_t *role, mpcf_error *err)
{
    (void) conn;
    (void) role;
    return mpcf_fail(err, MPCF_E_UNSUPPORTED, "a toy");
}

#define TOY_TRANSPORT(name_, caps_, peer_role_)                                                    \
    {                                                                                              \
        .struct_size = sizeof(mpcf_transport), .name = name_, .summary = "connects nobody",        \
        .caps = caps_, .options = transport_options, .option_size = sizeof(mpcf_option),           \
        .config_size = sizeof(struct transport_config), .listen = listen_toy, .bound = text_toy,   \
        .accept = accept_toy, .unlisten = release, .connect = connect_toy, .close = release,       \
        .send = send_toy, .recv = recv_toy, .peer_identity = text_toy, .peer_role = peer_role_,    \
    }

static const mpcf_transport transports[] = {
    TOY_TRANSPORT("toy_plain", 0, NULL),
    TOY_TRANSPORT("toy_safe", MPCF_TRANSPORT_AUTHENTICATED | MPCF_TRANSPORT_ENCRYPTED, role_toy),
    TOY_TRANSPORT("toy_local", MPCF_TRANSPORT_LOCAL, NULL),
    /* It proves a name, and no role. */
    TOY_TRANSPORT("toy_named", MPCF_TRANSPORT_AUTHENTICATED | MPCF_TRANSPORT_ENCRYPTED, NULL),
};

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    for (size_t i = 0; i < sizeof approxes / sizeof *approxes; i++) {
        MPCF_TRY(mpcf_register_approx(registry, &approxes[i], err));
    }
    for (size_t i = 0; i < sizeof transports / sizeof *transports; i++) {
        MPCF_TRY(mpcf_register_transport(registry, &transports[i], err));
    }
    MPCF_TRY(mpcf_register_model(registry, &model, err));
    return mpcf_register_dataset(registry, &dataset, err);
}

MPCF_PLUGIN(.name = "toy", .version = "1", .license = "Apache-2.0", .summary = "one of every kind",
            .start = start);
