/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which device a word means, why it was chosen, and how its reserve of memory is shared out.
 */
#include "device/device.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "device/device_cpu.h"
#include "device/device_inside.h"
#include "device/device_module.h"

#define NUMBER_MAX 255

/* --- Opening --- */

static mpcf_status open_named(const struct device_operations *operations, char *name,
                              const char *reason, unsigned number, struct device **out,
                              mpcf_error *err)
{
    struct device *d = mpcf_alloc_array(1, sizeof *d);
    char *copy = mpcf_strdup(reason);

    if (d == NULL || name == NULL || copy == NULL) {
        mpcf_free(d);
        mpcf_free(name);
        mpcf_free(copy);
        return mpcf_fail_memory(err, sizeof *d, "a device");
    }
    *d = (struct device){.operations = operations, .name = name, .reason = copy};
    mpcf_status status = operations->open(number, &d->state, err);
    if (status != MPCF_OK) {
        d->operations = NULL; /* nothing to close */
        device_close(d);
        return status;
    }
    operations->facts(d->state, &d->facts);
    *out = d;
    return MPCF_OK;
}

mpcf_status device_open_with(const struct device_operations *operations, const char *name,
                             unsigned number, struct device **out, mpcf_error *err)
{
    return open_named(operations, mpcf_format("%s:%u", name, number), "asked for", number, out,
                      err);
}

static mpcf_status open_cpu(const char *reason, struct device **out, mpcf_error *err)
{
    return open_named(&device_cpu, mpcf_strdup("cpu"), reason, 0, out, err);
}

static mpcf_status open_cuda(unsigned number, const char *reason, struct device **out,
                             mpcf_error *err)
{
    const struct device_operations *operations = NULL;

    MPCF_TRY(device_module_load("cuda", &operations, err));
    return open_named(operations, mpcf_format("cuda:%u", number), reason, number, out, err);
}

/* What is not there is how most machines are. A module that is there and is of another build, not
 * trusted or broken is what somebody wanted to use. */
static void warn_of(mpcf_status status, const char *why)
{
    if (status != MPCF_E_UNSUPPORTED && status != MPCF_E_NOMEM) {
        log_line(LOG_WARN, "device auto: the CPU is taken: %s", why);
    }
}

/* Whatever keeps the module from opening leaves the CPU; only memory would be short there, too. */
static mpcf_status open_auto(struct device **out, mpcf_error *err)
{
    mpcf_error *own = mpcf_error_create();
    char *reason = NULL;
    mpcf_status status = own != NULL ? open_cuda(0, "auto: the first that was found", out, own)
                                     : mpcf_fail_memory(err, 0, "an error");

    if (own != NULL && status != MPCF_OK) {
        warn_of(status, mpcf_error_text(own));
        reason = mpcf_format("auto: %s", mpcf_error_text(own));
        status = reason != NULL ? open_cpu(reason, out, err) : mpcf_fail_memory(err, 0, "a reason");
    }
    mpcf_free(reason);
    mpcf_error_destroy(own);
    return status;
}

/* "cuda", "cuda:N". */
static bool read_cuda(const char *asked, unsigned *number)
{
    const char *digits = asked + 5;

    *number = 0;
    if (strcmp(asked, "cuda") == 0) {
        return true;
    }
    if (!text_starts_with(asked, "cuda:") || strlen(digits) < 1 || strlen(digits) > 3 ||
        strspn(digits, "0123456789") != strlen(digits)) {
        return false;
    }
    *number = (unsigned) strtoul(digits, NULL, 10);
    return *number <= NUMBER_MAX;
}

mpcf_status device_open(const char *asked, struct device **out, mpcf_error *err)
{
    unsigned number = 0;

    if (strcmp(asked, "cpu") == 0) {
        return open_cpu("asked for", out, err);
    }
    if (strcmp(asked, "auto") == 0) {
        return open_auto(out, err);
    }
    if (!read_cuda(asked, &number)) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "device '%s': expected cpu, cuda, cuda:N (N from 0 to %d) or auto", asked,
                         NUMBER_MAX);
    }
    return open_cuda(number, "asked for", out, err);
}

void device_close(struct device *d)
{
    if (d == NULL) {
        return;
    }
    if (d->operations != NULL && !d->operations->close(d->state)) {
        log_line(LOG_WARN, "%s: its memory, which may hold shares, could not be wiped", d->name);
    }
    mpcf_free(d->name);
    mpcf_free(d->reason);
    mpcf_free(d);
}

const char *device_name(const struct device *d)
{
    return d->name;
}

const char *device_reason(const struct device *d)
{
    return d->reason;
}

const struct device_facts *device_facts(const struct device *d)
{
    return &d->facts;
}

/* --- Memory --- */

size_t device_room(size_t bytes)
{
    return bytes > SIZE_MAX - DEVICE_ALIGNMENT
               ? SIZE_MAX
               : (bytes + DEVICE_ALIGNMENT - 1) / DEVICE_ALIGNMENT * DEVICE_ALIGNMENT;
}

mpcf_status device_reserve(struct device *d, size_t bytes, mpcf_error *err)
{
    bytes = device_room(bytes == 0 ? 1 : bytes);
    if (d->is_let_go && bytes <= d->reserve.bytes) {
        d->is_let_go = false;
        return MPCF_OK;
    }
    if (d->reserve.bytes > 0) {
        return mpcf_fail(err, MPCF_E_INVALID, "%s: memory is reserved once, %zu bytes of it",
                         d->name, d->reserve.bytes);
    }
    mpcf_status status = d->operations->reserve(d->state, bytes, &d->reserve, err);
    return status == MPCF_OK ? MPCF_OK
                             : mpcf_fail_while(err, status, "reserving memory of %s", d->name);
}

mpcf_status device_take(struct device *d, size_t bytes, struct device_part *out, mpcf_error *err)
{
    const size_t room = device_room(bytes), left = d->reserve.bytes - d->taken;

    if (room > left) {
        return mpcf_fail(err, MPCF_E_NOMEM, "%s: %zu bytes of %zu reserved are left, %zu are taken",
                         d->name, left, d->reserve.bytes, bytes);
    }
    *out = (struct device_part){d->reserve.at + d->taken, bytes};
    d->taken += room;
    return MPCF_OK;
}

size_t device_taken(const struct device *d)
{
    return d->taken;
}

void device_take_back(struct device *d, size_t mark)
{
    assert(mark <= d->taken);
    d->taken = mark;
}

struct device_part device_part_of(struct device_part part, size_t offset, size_t bytes)
{
    assert(offset <= part.bytes && bytes <= part.bytes - offset);
    return (struct device_part){part.at + offset, bytes};
}

mpcf_status device_host_alloc(struct device *d, size_t bytes, void **out, mpcf_error *err)
{
    return d->operations->host_alloc(d->state, bytes, out, err);
}

void device_host_free(struct device *d, void *block, size_t bytes)
{
    if (block != NULL) {
        d->operations->host_free(d->state, block, bytes);
    }
}
