/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matrix products, cut into strips: a strip is a chunk of rows of one product times one panel of
 * columns. Strips are numbered product by product, chunk by chunk, so that a worker's range
 * reads few rows of a, and computes their sums once a block.
 */
#include "ring/ring_product.h"

#include <assert.h>
#include <string.h>

#include "base/cpu.h"
#include "base/memory.h"
#include "base/workers.h"
#include "ring/ring_product_kernel.h"

/* A worker is not woken for fewer multiplications. */
#define GRAIN_WORK 200000

struct ring_packed {
    const struct ring_product_kernel *kernel;
    size_t depth, columns;
    size_t bytes;
    unsigned char *blocks; /* by depth, then by panel */
};

struct job {
    const struct ring_product_kernel *kernel;
    size_t count, rows, depth, columns;
    const uint64_t *a;
    size_t lda, stride_a;
    const struct ring_packed *packed; /* or NULL, and then b is packed on the way */
    const uint64_t *b;
    size_t ldb, stride_b;
    bool transposed;
    uint64_t *c;
    size_t ldc, stride_c;
    bool accumulate;
};

static const struct ring_product_kernel *kernel_for(unsigned bits)
{
#if defined(__x86_64__)
    if (cpu_level() >= CPU_AMX) {
        return &ring_product_amx[(bits - 1) / 8];
    }
    if (cpu_level() >= CPU_AVX512IFMA && bits > 32 && bits <= 52) {
        return &ring_product52_avx512ifma;
    }
    if (cpu_level() >= CPU_AVX512) {
        return bits <= 32 ? &ring_product32_avx512 : &ring_product64_avx512;
    }
    if (cpu_level() >= CPU_AVX2) {
        return bits <= 32 ? &ring_product32_avx2 : &ring_product64_avx2;
    }
#endif
    return bits <= 32 ? &ring_product32_portable : &ring_product64_portable;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t panels_of(const struct ring_product_kernel *kernel, size_t columns)
{
    return (columns + kernel->panel - 1) / kernel->panel;
}

static size_t block_bytes(const struct ring_product_kernel *kernel, size_t depth)
{
    return ((depth + kernel->step - 1) / kernel->step * kernel->step + kernel->sums) *
           kernel->row_bytes;
}

/* Where the block at row K (a multiple of the block depth) and PANEL begins. */
static size_t block_offset(const struct ring_packed *p, size_t k, size_t panel)
{
    const size_t deep = p->kernel->depth;
    size_t whole = block_bytes(p->kernel, deep) * panels_of(p->kernel, p->columns);
    size_t here = block_bytes(p->kernel, least(deep, p->depth - k));

    return k / deep * whole + panel * here;
}

struct packing {
    struct ring_packed *packed;
    struct ring_block_source source; /* the whole operand */
};

static struct ring_block_source source_at(const uint64_t *b, size_t ldb, bool transposed, size_t k,
                                          size_t j)
{
    struct ring_block_source source = {.ldb = ldb, .transposed = transposed};

    source.b = transposed ? b + j * ldb + k : b + k * ldb + j;
    return source;
}

static void pack_panels(void *context, size_t begin, size_t end)
{
    const struct packing *packing = context;
    const struct ring_packed *p = packing->packed;

    for (size_t panel = begin; panel < end; panel++) {
        size_t column = panel * p->kernel->panel;

        for (size_t k = 0; k < p->depth; k += p->kernel->depth) {
            struct ring_block_source source = source_at(packing->source.b, packing->source.ldb,
                                                        packing->source.transposed, k, column);

            source.depth = least(p->kernel->depth, p->depth - k);
            source.columns = least(p->kernel->panel, p->columns - column);
            p->kernel->pack(&source, p->blocks + block_offset(p, k, panel));
        }
    }
}

struct ring_packed *ring_pack_right(const uint64_t *b, size_t depth, size_t columns, size_t ldb,
                                    bool transposed, unsigned bits)
{
    struct ring_packed *p = mpcf_alloc_array(1, sizeof *p);
    struct packing packing = {.packed = p, .source = {b, ldb, transposed, depth, columns}};

    assert(bits >= 1 && bits <= 64);
    if (p == NULL) {
        return NULL;
    }
    p->kernel = kernel_for(bits);
    p->depth = depth;
    p->columns = columns;
    if (depth > 0 && columns > 0) {
        size_t last = (depth - 1) / p->kernel->depth * p->kernel->depth;

        p->bytes = block_offset(p, last, panels_of(p->kernel, columns));
        p->blocks = mpcf_secret_alloc(p->bytes, 1);
        if (p->blocks == NULL) {
            mpcf_free(p);
            return NULL;
        }
        workers_for(panels_of(p->kernel, columns), 1, pack_panels, &packing);
    }
    return p;
}

void ring_packed_destroy(struct ring_packed *p)
{
    if (p != NULL) {
        mpcf_secret_free(p->blocks);
        mpcf_free(p);
    }
}

size_t ring_packed_bytes(const struct ring_packed *p)
{
    return sizeof *p + p->bytes;
}

/* Panels [FIRST, LAST) of one chunk of rows of one product. */
struct segment {
    size_t product, row, rows, first, last;
};

/* What a worker holds besides: the left operand prepared, a block of the right one, sums. */
struct scratch {
    _Alignas(64) unsigned char left[RING_CHUNK_ROWS * RING_LEFT_BYTES], block[RING_BLOCK_BYTES];
    _Alignas(64) unsigned char sums[RING_SCRATCH_BYTES];
};

static void multiply_segment(const struct job *job, const struct segment *s,
                             struct scratch *scratch)
{
    const uint64_t *a = job->a + s->product * job->stride_a + s->row * job->lda;
    uint64_t *c = job->c + s->product * job->stride_c + s->row * job->ldc;
    const size_t deep = job->kernel->depth;

    for (size_t k = 0; k < job->depth; k += deep) {
        struct ring_block_product product = {.a = a + k,
                                             .rows = s->rows,
                                             .depth = least(deep, job->depth - k),
                                             .lda = job->lda,
                                             .left = scratch->left,
                                             .block = scratch->block,
                                             .scratch = scratch->sums,
                                             .ldc = job->ldc,
                                             .accumulate = job->accumulate || k > 0};

        job->kernel->prepare(product.a, s->rows, product.depth, job->lda, scratch->left);
        for (size_t panel = s->first; panel < s->last; panel++) {
            size_t column = panel * job->kernel->panel;

            product.c = c + column;
            product.columns = least(job->kernel->panel, job->columns - column);
            if (job->packed != NULL) {
                product.block = job->packed->blocks + block_offset(job->packed, k, panel);
                product.next =
                    (const unsigned char *) product.block + block_bytes(job->kernel, product.depth);
            } else {
                struct ring_block_source source = source_at(job->b + s->product * job->stride_b,
                                                            job->ldb, job->transposed, k, column);

                source.depth = product.depth;
                source.columns = product.columns;
                job->kernel->pack(&source, scratch->block);
            }
            job->kernel->multiply(&product);
        }
    }
}

/* Of the left operand, prepared. */
static size_t left_bytes(const struct job *job)
{
    const struct ring_product_kernel *kernel = job->kernel;
    const size_t rows = least(RING_CHUNK_ROWS, job->rows);

    if (kernel->left_bytes == 0) {
        return rows * sizeof(uint64_t);
    }
    return (rows + 15) / 16 * 16 * kernel->left_bytes *
           ((least(kernel->depth, job->depth) + kernel->step - 1) / kernel->step * kernel->step);
}

static void multiply_strips(void *context, size_t begin, size_t end)
{
    const struct job *job = context;
    size_t panels = panels_of(job->kernel, job->columns);
    size_t chunks = (job->rows + RING_CHUNK_ROWS - 1) / RING_CHUNK_ROWS;
    struct scratch scratch;

    while (begin < end) {
        size_t chunk = begin / panels;
        struct segment s = {.product = chunk / chunks,
                            .row = chunk % chunks * RING_CHUNK_ROWS,
                            .first = begin % panels};

        s.rows = least(RING_CHUNK_ROWS, job->rows - s.row);
        s.last = least(panels, s.first + (end - begin));
        multiply_segment(job, &s, &scratch);
        begin += s.last - s.first;
    }
    mpcf_wipe(scratch.left, left_bytes(job));
    if (job->kernel->left_bytes > 0) {
        mpcf_wipe(scratch.sums, sizeof scratch.sums);
    }
    if (job->packed == NULL) {
        mpcf_wipe(scratch.block, block_bytes(job->kernel, least(job->depth, job->kernel->depth)));
    }
}

static void clear_product(const struct job *job)
{
    for (size_t i = 0; i < job->count * job->rows && !job->accumulate; i++) {
        size_t row = i % job->rows;

        memset(job->c + i / job->rows * job->stride_c + row * job->ldc, 0,
               job->columns * sizeof *job->c);
    }
}

/* Strips that a worker takes at once. Where it prepares the left operand for each range, ranges are few, and
 * whole products where there are many. */
static size_t grain_of(const struct job *job, size_t chunks, size_t panels)
{
    const size_t work = least(RING_CHUNK_ROWS, job->rows) * job->depth * job->kernel->panel;
    const size_t worth = GRAIN_WORK / work + 1, threads = workers_count();
    const size_t segments = job->count * chunks;
    size_t wanted = segments * panels / (2 * threads);

    if (segments >= 2 * threads) {
        wanted = (segments + 4 * threads - 1) / (4 * threads) * panels;
    }
    return job->kernel->left_bytes == 0 || wanted < worth ? worth : wanted;
}

static void run(struct job *job)
{
    size_t chunks = (job->rows + RING_CHUNK_ROWS - 1) / RING_CHUNK_ROWS;
    size_t panels = panels_of(job->kernel, job->columns), strips = job->count * chunks * panels;

    if (job->depth == 0) {
        clear_product(job);
    } else if (strips > 0) {
        workers_for(strips, grain_of(job, chunks, panels), multiply_strips, job);
    }
}

void ring_multiply_packed(const uint64_t *a, size_t rows, size_t lda, const struct ring_packed *b,
                          uint64_t *c, size_t ldc, bool accumulate)
{
    struct job job = {.kernel = b->kernel,
                      .count = 1,
                      .rows = rows,
                      .depth = b->depth,
                      .columns = b->columns,
                      .a = a,
                      .lda = lda,
                      .packed = b,
                      .c = c,
                      .ldc = ldc,
                      .accumulate = accumulate};

    run(&job);
}

void ring_multiply_batch(const uint64_t *a, const uint64_t *b, uint64_t *c, size_t count,
                         size_t rows, size_t depth, size_t columns, bool transposed_b,
                         unsigned bits, bool accumulate)
{
    struct job job = {.kernel = kernel_for(bits),
                      .count = count,
                      .rows = rows,
                      .depth = depth,
                      .columns = columns,
                      .a = a,
                      .lda = depth,
                      .stride_a = rows * depth,
                      .b = b,
                      .ldb = transposed_b ? depth : columns,
                      .stride_b = depth * columns,
                      .transposed = transposed_b,
                      .c = c,
                      .ldc = columns,
                      .stride_c = rows * columns,
                      .accumulate = accumulate};

    assert(bits >= 1 && bits <= 64);
    run(&job);
}
