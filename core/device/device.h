/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device: where products are computed, the CPU or what a module offers. Its memory is one block
 * that is reserved before a run; queues (device_queue.h) hold work, copies and products
 * (device_product.h).
 *
 * Steps: open; make all plans, which say how much memory they need; reserve the sum; take parts of it;
 * then run. Nothing allocates the device's memory in a run. One thread at a time uses a device.
 */
#ifndef MPCF_DEVICE_DEVICE_H
#define MPCF_DEVICE_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "device/device_operations.h"

struct device;

/* --- Opening --- */

/*
 * ASKED: "cpu"; "cuda" (its first), "cuda:N" (0 .. 255): MPCF_E_UNSUPPORTED, and one line with what is
 * missing, where it cannot be used; "auto": the first of "cuda", else the CPU. Anything else:
 * MPCF_E_CONFIG.
 */
mpcf_status device_open(const char *asked, struct device **out, mpcf_error *err);
/* The same with devices of OPERATIONS, called NAME, in place of a module's. They outlive the device. */
mpcf_status device_open_with(const struct device_operations *operations, const char *name,
                             unsigned number, struct device **out, mpcf_error *err);
/* Wipes its memory. Queues, plans and right operands are gone before. NULL is fine. */
void device_close(struct device *d);
/* "cpu", "cuda:0". */
const char *device_name(const struct device *d);
/* Why it was chosen: "asked for"; of `auto` what was found, or what was missing. */
const char *device_reason(const struct device *d);
const struct device_facts *device_facts(const struct device *d);

/* --- Memory --- */

/* What a part of BYTES takes of the reserve. */
size_t device_room(size_t bytes);
/* BYTES for all parts; once, or up to as many again after device_let_go() (device_queue.h).
 * MPCF_E_NOMEM: the device has not that much. */
mpcf_status device_reserve(struct device *d, size_t bytes, mpcf_error *err);
/* The next BYTES of the reserve; what they hold is not defined. MPCF_E_NOMEM: it was reserved too small. */
mpcf_status device_take(struct device *d, size_t bytes, struct device_part *out, mpcf_error *err);
/* How much is taken: a mark for device_take_back(), which gives back what was taken behind it. */
size_t device_taken(const struct device *d);
void device_take_back(struct device *d, size_t mark);
/* BYTES of PART from OFFSET on, inside it. */
struct device_part device_part_of(struct device_part part, size_t offset, size_t bytes);

/* Host memory from which copies are fast, for shares as well: wiped when it is given back. */
mpcf_status device_host_alloc(struct device *d, size_t bytes, void **out, mpcf_error *err);
void device_host_free(struct device *d, void *block, size_t bytes); /* NULL is fine */

#endif
