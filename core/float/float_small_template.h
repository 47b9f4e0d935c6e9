/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Products of small matrices, as attention has them: b is packed into panels of 16 columns, and
 * tiles of 6 rows by 16 columns stay in registers. Included by float_kernel_template.h only.
 */
#define TILE_ROWS 6

/* Element (i, p) of a is at a[i row + p step]; B holds rows of 16. */
struct tile_operand {
    const float *a;
    size_t row, step;
};

static void pack_panel(const struct float_gemm *call, size_t column, float *panel)
{
    const size_t width = call->n - column < LANES ? call->n - column : LANES;

    for (size_t p = 0; p < call->k; p++, panel += LANES) {
        if (call->transpose_b) {
            const float *b = call->b + column * call->ldb + p;

            for (size_t j = 0; j < width; j++) {
                panel[j] = b[j * call->ldb];
            }
        } else {
            memcpy(panel, call->b + p * call->ldb + column, width * sizeof(float));
        }
        for (size_t j = width; j < LANES; j++) {
            panel[j] = 0;
        }
    }
}

#define TILE(rows)                                                                                 \
    static void tile_##rows(struct tile_operand x, const float *panel, size_t k, lanes *out)       \
    {                                                                                              \
        lanes acc[rows] = {{0}};                                                                   \
                                                                                                   \
        for (size_t p = 0; p < k; p++) {                                                           \
            const lanes b = LOAD(panel + p * LANES);                                               \
                                                                                                   \
            _Pragma("GCC unroll 6") for (size_t r = 0; r < rows; r++)                              \
            {                                                                                      \
                acc[r] += x.a[r * x.row + p * x.step] * b;                                         \
            }                                                                                      \
        }                                                                                          \
        _Pragma("GCC unroll 6") for (size_t r = 0; r < rows; r++)                                  \
        {                                                                                          \
            out[r] = acc[r];                                                                       \
        }                                                                                          \
    }
TILE(1)
TILE(2)
TILE(3)
TILE(4)
TILE(5)
TILE(6)

static void store_row(const struct float_gemm *call, const lanes *row, float *c, size_t width)
{
    float part[LANES];
    const lanes scaled = *row * call->alpha;

    if (width == LANES) {
        STORE(c, call->beta == 0.0F ? scaled : scaled + call->beta * LOAD(c));
        return;
    }
    memcpy(part, &scaled, sizeof(part));
    for (size_t j = 0; j < width; j++) {
        c[j] = call->beta == 0.0F ? part[j] : part[j] + call->beta * c[j];
    }
}

static void gemm_small(const struct float_gemm *call)
{
    static void (*const tiles[])(struct tile_operand, const float *, size_t,
                                 lanes *) = {tile_1, tile_2, tile_3, tile_4, tile_5, tile_6};
    const size_t row = call->transpose_a ? 1 : call->lda;
    const size_t step = call->transpose_a ? call->lda : 1;
    float panel[FLOAT_SMALL_DEPTH * LANES] __attribute__((aligned(64)));
    lanes out[TILE_ROWS];

    assert(call->k <= FLOAT_SMALL_DEPTH);
    for (size_t column = 0; column < call->n; column += LANES) {
        const size_t width = call->n - column < LANES ? call->n - column : LANES;

        pack_panel(call, column, panel);
        for (size_t i = 0; i < call->m; i += TILE_ROWS) {
            const size_t rows = call->m - i < TILE_ROWS ? call->m - i : TILE_ROWS;

            tiles[rows - 1]((struct tile_operand){call->a + i * row, row, step}, panel, call->k,
                            out);
            for (size_t r = 0; r < rows; r++) {
                store_row(call, &out[r], call->c + (i + r) * call->ldc + column, width);
            }
        }
    }
}
