/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One approximation with one option; definitions on the command line break it in one way.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <mpcf/mpcf.h>

#ifndef COMPONENT
#define COMPONENT "good"
#endif
#ifndef DEFAULT
#define DEFAULT "5"
#endif
#ifndef MAGIC
#define MAGIC MPCF_PLUGIN_MAGIC
#endif
#ifndef MAJOR
#define MAJOR MPCF_ABI_MAJOR
#endif
#ifndef MINOR
#define MINOR MPCF_ABI_MINOR
#endif
#ifndef SLOT
#define SLOT MPCF_SLOT_ACTIVATION
#endif
#ifndef FLAGS
#define FLAGS 0
#endif
#ifndef STRUCT_SIZE
#define STRUCT_SIZE sizeof(mpcf_approx)
#endif

struct good_config {
    double c;
};

static const mpcf_option options[] = {
    {.key = "c",
     .type = MPCF_OPT_REAL,
     .default_text = DEFAULT,
#ifdef LEAST
     .min = LEAST,
     .max = LEAST + 2,
#endif
     .offset = offsetof(struct good_config, c),
     .help = "added before squaring"},
    {.key = NULL},
};

#ifdef LEAVES_MARK
/* Runs when the object is mapped, whether or not anything is called: $MPCF_TEST_MARK tells. */
__attribute__((constructor)) static void leave_mark(void)
{
    const char *path = getenv("MPCF_TEST_MARK");
    FILE *mark = path != NULL ? fopen(path, "w") : NULL;

    if (mark != NULL) {
        (void) fclose(mark);
    }
}
#endif

#ifdef CALLS_MISSING
mpcf_node *mpcf_not_there(mpcf_graph *g);
#endif

#ifdef DUST /* what a fit in doubles leaves where a coefficient is none */
static mpcf_node *dusty(mpcf_graph *g, mpcf_node *x)
{
    static const double cuts[] = {-0.5, 0.5}, pieces[] = {0.1, 1e-18, 0,   0, 0.325, 0.5,
                                                          0.1, 2e-18, 0.1, 1, 2e-17, -1e-18},
                        poly[] = {0.1, 0.5, 0.25, 1e-18}, flat[] = {0.5, 1e-17};

    return DUST == 1   ? mpcf_poly(g, x, poly, 3)
           : DUST == 2 ? mpcf_piecewise(g, x, cuts, 2, pieces, 3)
                       : mpcf_add(g, mpcf_poly(g, x, flat, 1), x);
}
#endif

#ifdef SUMS_PADDING /* the mask comes behind the sum alone */
static mpcf_node *sums_padding(mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *u = mpcf_square(g, x);

    return mpcf_mask(g, mpcf_mul(g, u, mpcf_reciprocal(g, mpcf_row_sum(g, u))), keep);
}
#endif

#if defined(SUMS_PADDING)
#define FORMULA sums_padding(g, mpcf_offset(g, x, c->c), keep)
#elif defined(DUST)
#define FORMULA dusty(g, x)
#elif defined(RELU)
#define FORMULA mpcf_relu(g, x)
#endif

#ifndef NO_BUILD
/* What no formula should do. */
static void act(void)
{
#ifdef RAISES
    (void) raise(RAISES);
#endif
#ifdef EXITS
    exit(EXITS);
#endif
#ifdef LOOPS
    for (volatile unsigned n = 0; n < 2; n = n == 1 ? 0 : n + 1) {
    }
#endif
#ifdef PRINTS
    (void) printf("ok 98 - forged by a stream\n");
    (void) fflush(stdout);
    (void) !write(STDOUT_FILENO, PRINTS, sizeof PRINTS - 1);
#endif
}

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    const struct good_config *c = config;

    (void) keep;
    act();
#ifdef NAMES_PARAMETER
    x = mpcf_mul(g, x, mpcf_parameter(g, NAMES_PARAMETER, mpcf_shape_1(1), MPCF_INIT_CONSTANT, 1));
#endif
#ifdef NAMES_OUTPUT
    mpcf_output(g, "mine", x);
#endif
#ifdef CALLS_MISSING
    x = c == NULL ? x : mpcf_not_there(g);
#endif
#ifdef FAILS_IN_LAYER
    if (mpcf_slot_layer(g) == FAILS_IN_LAYER) {
        return mpcf_reciprocal(g, x);
    }
#endif
#ifdef FAILS_AT_HEAD
    if (mpcf_node_shape(x).dim[1] == 1 && mpcf_slot_head(g, 0) == FAILS_AT_HEAD) {
        return mpcf_mask(g, mpcf_reciprocal(g, x), keep);
    }
#endif
#ifdef WITHOUT_MASK
    return mpcf_scale(g, x, 0.1);
#endif
#ifdef FORMULA
    return FORMULA;
#endif
#ifdef MASKED
    return mpcf_mask(g, mpcf_scale(g, x, 0.1), keep);
#endif
#ifdef DETACHES /* a table, and a gradient that is not the table's */
    static const double table[8] = {0, 0.009, 0.018, 0.01, 0.012, 0.02, 0.011, 0.003};

    return mpcf_add(g, mpcf_scale(g, x, 0.1),
                    mpcf_lookup(g, DETACHES ? mpcf_stop_gradient(g, x) : x, -1, 1, table, 8));
#endif
#ifdef ASKS_CHECKPOINT
    x = mpcf_mul(g, x, mpcf_parameter(g, "factor", mpcf_shape_3(1, 1, 1), MPCF_INIT_REQUIRED, 0));
#endif
    return mpcf_square(g, mpcf_offset(g, x, c->c));
}
#endif

#ifdef KERNELS_OF_ANOTHER
static void forward(const void *config, const mpcf_rows *shape, const float *x, float *y)
{
    (void) config;
    for (size_t i = 0; i < shape->rows * shape->cols; i++) {
        y[i] = 3 * x[i] + 7;
    }
}

static void backward(const void *config, const mpcf_rows *shape, const float *x, const float *y,
                     const float *dy, float *dx)
{
    (void) config;
    (void) x;
    (void) y;
    for (size_t i = 0; i < shape->rows * shape->cols; i++) {
        dx[i] = -dy[i];
    }
}
#endif

#ifdef RELU /* 1: results of x <= 0 are left; 2: gradients are; 3: gradients are added */
static void forward(const void *config, const mpcf_rows *shape, const float *x, float *y)
{
    (void) config;
    for (size_t i = 0; i < shape->rows * shape->cols; i++) {
        if (x[i] > 0 || RELU != 1) {
            y[i] = x[i] > 0 ? x[i] : 0;
        }
    }
}

static void backward(const void *config, const mpcf_rows *shape, const float *x, const float *y,
                     const float *dy, float *dx)
{
    (void) config;
    (void) y;
    for (size_t i = 0; i < shape->rows * shape->cols; i++) {
        if (x[i] > 0 || RELU != 2) {
            dx[i] = (RELU == 3 ? dx[i] : 0) + (x[i] > 0 ? dy[i] : 0);
        }
    }
}
#endif

#ifdef LEAVES_MASKED /* 0.1 x; 1: masked results, 2: masked gradients stay as they were */
static void forward(const void *config, const mpcf_rows *shape, const float *x, float *y)
{
    (void) config;
    for (size_t i = 0; i < shape->rows * shape->cols; i++) {
        if (shape->keep[i] > 0 || LEAVES_MASKED != 1) {
            y[i] = 0.1F * x[i] * shape->keep[i];
        }
    }
}

static void backward(const void *config, const mpcf_rows *shape, const float *x, const float *y,
                     const float *dy, float *dx)
{
    (void) config;
    (void) x;
    (void) y;
    for (size_t i = 0; i < shape->rows * shape->cols; i++) {
        if (shape->keep[i] > 0 || LEAVES_MASKED != 2) {
            dx[i] = 0.1F * dy[i] * shape->keep[i];
        }
    }
}
#endif

#if defined(KERNELS_OF_ANOTHER) || defined(RELU) || defined(LEAVES_MASKED)
#define HAS_KERNELS
#endif

static const mpcf_approx approx = {
    .struct_size = STRUCT_SIZE,
    .name = COMPONENT,
    .summary = "for tests",
    .slot = SLOT,
    .flags = FLAGS,
#ifdef HAS_KERNELS
    .forward = forward,
    .backward = backward,
#endif
    .options = options,
    .option_size = sizeof(mpcf_option),
    .config_size = sizeof(struct good_config),
    .input_low = -1,
    .input_high = 1,
#ifndef NO_BUILD
    .build = build,
#endif
};

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
#ifdef LOOPS_AT_START
    for (volatile unsigned n = 0; n < 2; n = n == 1 ? 0 : n + 1) {
    }
#endif
#ifdef EXITS_AT_START
    exit(EXITS_AT_START);
#endif
#if defined(SILENT)
    (void) registry;
    (void) err;
    (void) approx;
    return MPCF_OK;
#elif defined(FAILS)
    MPCF_TRY(mpcf_register_approx(registry, &approx, err));
    return mpcf_fail(err, MPCF_E_UNSUPPORTED, "the moon is not full");
#elif defined(IGNORES)
    mpcf_status status = mpcf_register_approx(registry, &approx, err);

    (void) status;
    return MPCF_OK;
#else
    return mpcf_register_approx(registry, &approx, err);
#endif
}

#ifdef NO_SYMBOL
extern MPCF_EXPORT const mpcf_plugin_info another_symbol;
const mpcf_plugin_info another_symbol = {.start = start};
#else
extern MPCF_EXPORT const mpcf_plugin_info mpcf_plugin;
const mpcf_plugin_info mpcf_plugin = {
    .magic = MAGIC,
    .info_size = sizeof(mpcf_plugin_info),
    .abi_major = MAJOR,
    .abi_minor = MINOR,
    .name = NAME,
    .version = "1",
    .license = "Apache-2.0",
    .summary = "for tests",
    .start = start,
};
#endif
